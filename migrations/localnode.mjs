// Runs a Surfpool node behind fixed ports and obeys commands from standard input; for the demo and for RPC tests.
//
//   node localnode.mjs --rpc-port 8899 --ws-port 8900 [--slot-ms 400] [--program ADDRESS=FILE.so]... [--airdrop ADDRESS=LAMPORTS]...
//
// One JSON object per line, both ways. First comes {"ready":true,"rpc_url","ws_url","slot_ms"}; then every command {"id","cmd",...} is
// answered by {"id","ok":true,...} or {"id","ok":false,"error"}, in order. The commands stand in `commands` below. The node ends on
// {"cmd":"stop"}, at the end of standard input, or on SIGINT and SIGTERM. Exit status: 0 stopped as asked, 2 usage or a port in use.
import { createRequire } from "node:module";
import { createServer, connect } from "node:net";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const NODE_PACKAGE = "@solana/surfpool-linux-x64-gnu";
const CLOCK_SYSVAR = "SysvarC1ock11111111111111111111111111111111";
// The node queues an event per slot and transaction without a bound.
const DRAIN_INTERVAL_MS = 100;

class UsageError extends Error {}

function parsePairs(values, flag) {
  return values.map((value) => {
    const separator = value.indexOf("=");
    if (separator < 1) throw new UsageError(`${flag} takes ADDRESS=VALUE, not "${value}"`);
    return [value.slice(0, separator), value.slice(separator + 1)];
  });
}

function parseNumber(text, flag, largest) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > largest) {
    throw new UsageError(`${flag} takes a whole number from 1 to ${largest}, not "${text}"`);
  }
  return number;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      "rpc-port": { type: "string", default: "8899" },
      "ws-port": { type: "string", default: "8900" },
      "slot-ms": { type: "string", default: "400" },
      program: { type: "string", multiple: true, default: [] },
      airdrop: { type: "string", multiple: true, default: [] },
    },
  });
  return {
    rpcPort: parseNumber(values["rpc-port"], "--rpc-port", 65_535),
    wsPort: parseNumber(values["ws-port"], "--ws-port", 65_535),
    slotMs: parseNumber(values["slot-ms"], "--slot-ms", 60_000),
    programs: parsePairs(values.program, "--program"),
    airdrops: parsePairs(values.airdrop, "--airdrop"),
  };
}

function loadNode() {
  try {
    return createRequire(import.meta.url)(NODE_PACKAGE).Surfnet;
  } catch (error) {
    throw new UsageError(`cannot load ${NODE_PACKAGE} (${error.message}); it runs on x86-64 Linux with glibc: run \`npm ci\` there`);
  }
}

/** Forwards a fixed port to the node's own; refuses a port in use. */
async function forward(port, targetUrl) {
  const targetPort = Number(new URL(targetUrl).port);
  const server = createServer((inbound) => {
    const outbound = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
    inbound.setNoDelay(true);
    inbound.on("error", () => outbound.destroy()).on("close", () => outbound.destroy());
    outbound.on("error", () => inbound.destroy()).on("close", () => inbound.destroy());
    inbound.pipe(outbound).pipe(inbound);
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const inUse = error.code === "EADDRINUSE";
      reject(inUse ? new UsageError(`port ${port} is in use; stop what listens there or choose another port`) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

function setAccount(node, { address, lamports, data_base64, owner }) {
  node.setAccount(address, lamports, Array.from(Buffer.from(data_base64, "base64")), owner);
}

async function readClock(node) {
  const request = { jsonrpc: "2.0", id: 1, method: "getAccountInfo", params: [CLOCK_SYSVAR, { encoding: "base64", commitment: "processed" }] };
  const response = await fetch(node.rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const { result } = await response.json();
  const clock = Buffer.from(result.value.data[0], "base64");
  return { slot: result.context.slot, unix_seconds: Number(clock.readBigInt64LE(32)) };
}

/** What each command does; what it returns becomes part of the answer. */
const commands = {
  /** address, lamports, data_base64, owner: writes an account as a whole. */
  setAccount: (node, account) => setAccount(node, account),
  /** accounts: a list of what setAccount takes. */
  setAccounts: (node, { accounts }) => accounts.forEach((account) => setAccount(node, account)),
  /** owner, mint, amount_atoms, token_program (SPL Token when absent): sets the balance of the associated token account, which it creates. */
  setTokenAccount: (node, { owner, mint, amount_atoms, token_program }) =>
    node.setTokenAccount(owner, mint, { amount: Number(amount_atoms) }, token_program),
  /** address, lamports: sets the balance. */
  airdrop: (node, { address, lamports }) => node.fundSol(address, lamports),
  /** unix_seconds: moves the clock, forward only; it then runs on at one second per second. */
  timeTravel: async (node, { unix_seconds }) => {
    const now = (await readClock(node)).unix_seconds;
    if (!(unix_seconds > now)) throw new Error(`the clock stands at ${now} and moves forward only, not to ${unix_seconds}`);
    node.timeTravelToTimestamp(unix_seconds * 1000);
    return readClock(node);
  },
  /** Answers slot and unix_seconds. */
  clock: (node) => readClock(node),
};

function answer(fields) {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

async function obey(node, line) {
  let id = null;
  try {
    const request = JSON.parse(line);
    id = request.id ?? null;
    if (request.cmd === "stop") {
      answer({ id, ok: true });
      return false;
    }
    if (!Object.hasOwn(commands, request.cmd)) throw new Error(`unknown command "${request.cmd}"`);
    answer({ id, ok: true, ...(await commands[request.cmd](node, request)) });
  } catch (error) {
    answer({ id, ok: false, error: error.message });
  }
  return true;
}

async function run() {
  const options = readOptions();
  const node = loadNode().startWithConfig({ offline: true, blockProductionMode: "clock", slotTimeMs: options.slotMs });
  const draining = setInterval(() => node.drainEvents(), DRAIN_INTERVAL_MS);
  const stop = (status) => {
    clearInterval(draining);
    node.stop();
    process.exit(status); // open connections of clients would keep the process
  };
  try {
    await forward(options.rpcPort, node.rpcUrl);
    await forward(options.wsPort, node.wsUrl);
    for (const [address, lamports] of options.airdrops) node.fundSol(address, parseNumber(lamports, "--airdrop", Number.MAX_SAFE_INTEGER));
    for (const [programId, soPath] of options.programs) node.deploy({ programId, soPath });
  } catch (error) {
    console.error(`localnode: ${error.message}`);
    stop(2);
  }
  process.on("SIGINT", () => stop(0)).on("SIGTERM", () => stop(0));
  answer({ ready: true, rpc_url: `http://127.0.0.1:${options.rpcPort}`, ws_url: `ws://127.0.0.1:${options.wsPort}`, slot_ms: options.slotMs });

  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== "" && !(await obey(node, line))) break;
  }
  stop(0);
}

run().catch((error) => {
  console.error(`localnode: ${error.message}`);
  process.exit(2);
});
