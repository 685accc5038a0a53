import { createServer } from "node:net";

import { address, createSolanaRpc, fetchEncodedAccount, generateKeyPairSigner } from "@solana/kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { freePort, type LocalNode, spawnNode, startNode } from "./node";

const OWNER = address("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");

describe("localnode", () => {
  let node: LocalNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    expect(await node.stop()).toBe(0);
  });

  it("writes accounts, one or many, as they are given", async () => {
    const rpc = createSolanaRpc(node.url);
    const accounts = await Promise.all(
      [1, 2, 3].map(async (fill) => ({ address: (await generateKeyPairSigner()).address, data: Buffer.alloc(134, fill) })),
    );
    const [first, ...rest] = accounts.map((account) => ({ address: account.address, lamports: 2e6, data_base64: account.data.toString("base64"), owner: OWNER }));

    expect(await node.command("setAccount", first)).toMatchObject({ ok: true });
    expect(await node.command("setAccounts", { accounts: rest })).toMatchObject({ ok: true });

    for (const { address: written, data } of accounts) {
      const account = await fetchEncodedAccount(rpc, written);
      expect(account).toMatchObject({ exists: true, programAddress: OWNER, lamports: 2_000_000n });
      expect(account.exists && data.equals(account.data)).toBe(true);
    }
  });

  it("travels forward, repeatedly, and refuses to travel back", async () => {
    const start = (await node.command("clock")).unix_seconds ?? 0;
    for (const unix_seconds of [start + 900, start + 1_800]) {
      expect(await node.command("timeTravel", { unix_seconds })).toMatchObject({ ok: true, unix_seconds });
    }
    const refused = await node.command("timeTravel", { unix_seconds: start });
    expect(refused.ok).toBe(false);
    expect(refused.error).toMatch(/moves forward only/);
    expect((await node.command("clock")).unix_seconds).toBeGreaterThanOrEqual(start + 1_800);
  });

  it("funds an address", async () => {
    const { address: funded } = await generateKeyPairSigner();
    expect(await node.command("airdrop", { address: funded, lamports: 5_000_000 })).toMatchObject({ ok: true });
    expect((await createSolanaRpc(node.url).getBalance(funded).send()).value).toBe(5_000_000n);
  });

  it("answers a command that it cannot obey with the reason, and goes on", async () => {
    expect(await node.command("dance")).toMatchObject({ ok: false, error: 'unknown command "dance"' });
    expect((await node.command("setAccount", { address: "nonsense", lamports: 1, data_base64: "", owner: OWNER })).ok).toBe(false);
    expect(await node.command("clock")).toMatchObject({ ok: true });
  });
});

it("ends with status 2 and says so when a port is in use", async () => {
  const taken = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => taken.listen(port, "127.0.0.1", resolve));

  const child = spawnNode(port, await freePort());
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const status = await new Promise((resolve) => child.once("close", resolve));
  taken.close();

  expect(status).toBe(2);
  expect(errors).toContain(`port ${port} is in use`);
});
