// deploy.ts against a real node and the real program. Needs target/deploy/plimsoll.so (`make program`).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fetchBook, fetchGroup, getBookSize, PLIMSOLL_PROGRAM_ADDRESS } from "@plimsoll/client";
import { createSolanaRpc, fetchEncodedAccount, generateKeyPairSigner, type KeyPairSigner } from "@solana/kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { deploy, type DeployOptions } from "../src/deployment";
import { type LocalNode, startNode } from "./node";

const PROGRAM = "../target/deploy/plimsoll.so";
const PARAMS = "params/localnet.toml";

describe("deploy", () => {
  let node: LocalNode;
  let signer: KeyPairSigner;
  let folder: string;
  let lines: string[];

  const run = (changed: Partial<DeployOptions> = {}) => {
    lines = [];
    const options = { url: node.url, signer, paramsPath: PARAMS, dryRun: false, priorityMicroLamports: 0n };
    return deploy({ ...options, report: (line) => lines.push(line), ...changed });
  };
  /** A copy of the parameter file with one text replaced. */
  const editedParams = (from: string, to: string): string => {
    const text = readFileSync(PARAMS, "utf8");
    expect(text).toContain(from);
    const path = join(folder, "edited.toml");
    writeFileSync(path, text.replace(from, to));
    return path;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-deploy-"));
    signer = await generateKeyPairSigner();
    node = await startNode(["--program", `${PLIMSOLL_PROGRAM_ADDRESS}=${PROGRAM}`, "--airdrop", `${signer.address}=10000000000`]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await node.stop();
  });

  it("refuses a signer without SOL, and sends nothing", async () => {
    await expect(run({ signer: await generateKeyPairSigner() })).rejects.toThrow(/no SOL|fund it/);
  });

  it("prints what is new on a dry run, and sends nothing", async () => {
    const result = await run({ dryRun: true });
    expect(result.applied).toBe(0);
    expect(lines.filter((line) => line.startsWith("new "))).toHaveLength(23);
    expect((await fetchEncodedAccount(createSolanaRpc(node.url), result.group)).exists).toBe(false);
  });

  it("creates mints, group and Book, lists everything, and stores what the file says", async () => {
    const result = await run();
    expect(result.applied).toBe(23);

    const rpc = createSolanaRpc(node.url);
    const group = await fetchGroup(rpc, result.group);
    expect(group.data).toMatchObject({ creator: signer.address, admin: signer.address, book: result.book, quoteMint: result.quote_mint });
    const account = await fetchEncodedAccount(rpc, result.book);
    expect(account.exists && account.data.length).toBe(getBookSize());
    const { data: book } = await fetchBook(rpc, result.book);
    expect(book.params.gridSeconds).toBe(900);
    expect(book.factors.filter((factor) => factor.status !== 0)).toHaveLength(4);
    expect(book.reserves.slice(0, 4).map((reserve) => reserve.mint)).toEqual(result.reserves.map((reserve) => reserve.mint));
    expect(book.pool).toMatchObject({ status: 1, quoteReserve: 0, params: { orderDelaySeconds: 1 } });
    expect(book.perpMarkets.slice(0, 4).map((market) => [market.status, market.factorIndex])).toEqual([[1, 1], [1, 2], [1, 3], [0, 0]]);
    expect(result.perp_markets.map(({ index, symbol }) => [index, symbol])).toEqual([[0, "SOL-PERP"], [1, "BTC-PERP"], [2, "ETH-PERP"]]);
    expect(book.modelNewest.scenarioCount).toBe(12);
    expect(book.factors.slice(0, 4).every((factor) => factor.liquidity.profileSetSeconds > 0n && factor.liquidity.profile.dailyVolumeQuoteAtoms > 0n)).toBe(true);
    // 1.0 with 96 fractional bits: a Wide decodes across its two words.
    expect(book.reserves[0]?.depositIndex.words).toEqual([0n, 1n << 32n]);
  });

  it("finds nothing to change on a second run", async () => {
    const result = await run();
    expect(lines).toEqual(["nothing to change"]);
    expect(result.applied).toBe(0);
  });

  it("changes the one field that the file changed", async () => {
    const paramsPath = editedParams("max_accrual_age_seconds = 3_600", "max_accrual_age_seconds = 1_800");
    const result = await run({ paramsPath });
    expect(lines.slice(0, 2)).toEqual(["changed  book", "    maxAccrualAgeSeconds: 3600 -> 1800"]);
    expect(result.applied).toBe(1);
    expect((await fetchBook(createSolanaRpc(node.url), result.book)).data.params.maxAccrualAgeSeconds).toBe(1_800);
    await run();
  });

  it("refuses what no instruction can change", async () => {
    const paramsPath = editedParams("timelock_seconds = 0", "timelock_seconds = 60");
    await expect(run({ paramsPath })).rejects.toThrow(/group: timelockSeconds is 0 and cannot become 60/);
  });

  it("refuses another signer than the admin", async () => {
    const stranger = await generateKeyPairSigner();
    const paramsPath = editedParams("max_accrual_age_seconds = 3_600", "max_accrual_age_seconds = 1_800");
    writeFileSync(paramsPath, readFileSync(paramsPath, "utf8").replaceAll('"deployer"', `"${signer.address}"`));
    await expect(run({ signer: stranger, creator: signer.address, paramsPath })).rejects.toThrow(/sign with the admin's keypair/);
  });

  it("says where there is no program", async () => {
    const empty = await startNode();
    await expect(run({ url: empty.url })).rejects.toThrow(/is not deployed/);
    await empty.stop();
  });

  it("says where there is no node", async () => {
    await expect(run({ url: "http://127.0.0.1:1" })).rejects.toThrow(/cannot reach/);
  });
});
