// A local node for one test file, as its own process, driven over its standard input and output.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const SCRIPT = "localnode.mjs";

export type Answer = { id: number; ok: boolean; error?: string; slot?: number; unix_seconds?: number };

export type LocalNode = {
  url: string;
  command: (cmd: string, fields?: object) => Promise<Answer>;
  stop: () => Promise<number>;
};

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function spawnNode(rpcPort: number, wsPort: number, flags: string[] = []): ChildProcessByStdio<Writable, Readable, Readable> {
  const ports = ["--rpc-port", String(rpcPort), "--ws-port", String(wsPort)];
  return spawn(process.execPath, [SCRIPT, ...ports, ...flags], { stdio: ["pipe", "pipe", "pipe"] });
}

async function nextLine(lines: Interface): Promise<Record<string, unknown>> {
  return new Promise((resolve) => lines.once("line", (line) => resolve(JSON.parse(line))));
}

export async function startNode(flags: string[] = []): Promise<LocalNode> {
  const [rpcPort, wsPort] = [await freePort(), await freePort()];
  const child = spawnNode(rpcPort, wsPort, ["--slot-ms", "50", ...flags]);
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const exited = new Promise<number>((resolve) => child.once("exit", (status) => resolve(status ?? -1)));
  const lines = createInterface({ input: child.stdout });
  const failed = exited.then((status) => Promise.reject(new Error(`the node ended with ${status}: ${errors}`)));
  await Promise.race([nextLine(lines), failed]);
  failed.catch(() => undefined); // from here on its end is asked for

  let lastId = 0;
  const command = async (cmd: string, fields: object = {}): Promise<Answer> => {
    const answered = nextLine(lines);
    child.stdin.write(`${JSON.stringify({ id: ++lastId, cmd, ...fields })}\n`);
    return (await answered) as Answer;
  };
  return { url: `http://127.0.0.1:${rpcPort}`, command, stop: () => command("stop").then(() => exited) };
}
