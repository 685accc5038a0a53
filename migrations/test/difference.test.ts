import { getBookDecoder, getGroupDecoder, getBookSize, getGroupSize, type Book, type Factor, type Group } from "@plimsoll/client";
import { getBookParamsDecoder, getFactorParamsDecoder, getLiquidityProfileDecoder, getPerpMarketParamsDecoder, getPoolParamsDecoder, getReserveParamsDecoder } from "@plimsoll/client";
import { address } from "@solana/kit";
import { describe, expect, it } from "vitest";

import { requireSigner, splitSteps } from "../src/apply";
import type { ClusterState } from "../src/cluster";
import { compare, fieldChanges } from "../src/difference";
import { type ParameterFile, type ParameterTable, toProgramParams } from "../src/parameters";
import { resolveTarget, shockBits, type Target } from "../src/target";

const DEPLOYER = address("HMduZAXsH9RnJC4YoZDpyMWMi1LwwS19YUvoVrj2x2v6");
const STRANGER = address("7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE");

/** A table with every name of a params type, each at one value. */
function tableOf(template: object, value: number): ParameterTable {
  const names = Object.keys(template).filter((name) => name !== "reserved");
  return Object.fromEntries(names.map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
}

const zeroBook = getBookParamsDecoder().decode(new Uint8Array(1024));
const zeroFactor = getFactorParamsDecoder().decode(new Uint8Array(1024));
const zeroProfile = getLiquidityProfileDecoder().decode(new Uint8Array(1024));
const zeroReserve = getReserveParamsDecoder().decode(new Uint8Array(1024));
const zeroPool = getPoolParamsDecoder().decode(new Uint8Array(1024));
const zeroPerp = getPerpMarketParamsDecoder().decode(new Uint8Array(1024));

function file(): ParameterFile {
  const facts = { feed_id: "ab".repeat(32), oracle_kind: "pull", base_decimals: 6, seed_sigma_fast_ppm: 1, seed_sigma_slow_ppm: 2, implied_feed_id: "cd".repeat(32) } as const;
  return {
    cluster: "localnet",
    group: { index: 3, timelock_seconds: 60, quote: "USDC", admin: "deployer", steward: STRANGER, guardian: "deployer" },
    book: tableOf(zeroBook, 5),
    factors: [{ symbol: "USDC", ...facts, params: tableOf(zeroFactor, 6), liquidity: tableOf(zeroProfile, 4) }],
    scenarios: [{ name: "crash", basis_ppm: 100_000, shocks_ppm: { USDC: -1_000_000 } }],
    reserves: [
      { symbol: "USDC", mint: "create", token_program: "spl-token", factor: "USDC", initial_rate_ppm_per_year: 1, params: tableOf(zeroReserve, 7) },
    ],
    pool: { quote_reserve: "USDC", params: tableOf(zeroPool, 8) },
    perp_markets: [{ symbol: "USDC-PERP", factor: "USDC", params: tableOf(zeroPerp, 9) }],
  };
}

/** What a cluster holds after everything in the target was applied. */
function applied(target: Target): ClusterState {
  const group = getGroupDecoder().decode(new Uint8Array(getGroupSize())) as Group;
  const book = getBookDecoder().decode(new Uint8Array(getBookSize())) as Book;
  Object.assign(group, target.roles, { quoteMint: target.quoteMint, book: target.newBook });
  book.params = target.bookParams;
  target.factors.forEach(({ listing, impliedFeedId, profile }, index) => {
    const factor = book.factors[index] as Factor;
    Object.assign(factor, listing, { status: 1 });
    Object.assign(factor.implied, { feedId: impliedFeedId });
    Object.assign(factor.liquidity, { profile, profileSetSeconds: 9n });
  });
  target.scenarios.forEach((row, index) => Object.assign(book.modelNewest.scenarios[index] as object, row));
  Object.assign(book.modelNewest, { scenarioCount: target.scenarios.length });
  target.reserves.forEach((reserve, index) =>
    Object.assign(book.reserves[index] as object, { ...reserve.listing, mint: reserve.mint, tokenProgram: reserve.tokenProgram, status: 1 }),
  );
  Object.assign(book.pool, { quoteReserve: target.pool.quoteReserve, params: target.pool.params, status: 1 });
  // a market may stand in any slot
  target.perpMarkets.forEach(({ listing }, index) => Object.assign(book.perpMarkets[index + 3] as object, listing, { status: 1 }));
  return { mints: new Set(target.reserves.map((reserve) => reserve.mint)), group, book };
}

const resolve = (from: ParameterFile) => resolveTarget(from, DEPLOYER, DEPLOYER);

describe("compare", () => {
  it("orders what is new by what it depends on", async () => {
    const { steps, refusals } = compare(await resolve(file()), { mints: new Set(), group: null, book: null });
    expect(steps.map((step) => step.action.kind)).toEqual([
      "createMint",
      "createGroup",
      "createBook",
      "listFactor",
      "setImpliedFeed",
      "setLiquidityProfile",
      "setScenarios",
      "listReserve",
      "setPoolParams",
      "listPerpMarket",
    ]);
    expect(refusals).toEqual([]);
  });

  it("finds nothing where everything is applied", async () => {
    const target = await resolve(file());
    expect(compare(target, applied(target))).toEqual({ steps: [], refusals: [] });
  });

  it("names the changed field of each kind, old and new", async () => {
    const state = applied(await resolve(file()));
    const changed = file();
    changed.book["grid_seconds"] = 900;
    changed.factors[0]!.params["liquidation_capacity_quote_atoms"] = "18446744073709551615";
    changed.reserves[0]!.params["deposit_cap_atoms"] = "0";
    changed.pool.params["order_delay_seconds"] = 2;
    changed.perp_markets[0]!.params["fee_ppm"] = 10;
    const { steps } = compare(await resolve(changed), state);
    expect(steps.map((step) => [step.action.kind, step.changes])).toEqual([
      ["setBookParams", [{ field: "gridSeconds", from: "5", to: "900" }]],
      ["setFactorParams", [{ field: "liquidationCapacityQuoteAtoms", from: "6", to: "18446744073709551615" }]],
      ["setReserveParams", [{ field: "depositCapAtoms", from: "7", to: "0" }]],
      ["setPoolParams", [{ field: "orderDelaySeconds", from: "8", to: "2" }]],
      ["setPerpParams", [{ field: "feePpm", from: "9", to: "10" }]],
    ]);
  });

  it("ignores seeds, which hold for the moment of listing only", async () => {
    const state = applied(await resolve(file()));
    const changed = file();
    changed.factors[0]!.seed_sigma_fast_ppm = 99;
    expect(compare(await resolve(changed), state).steps).toEqual([]);
  });

  it.each([
    ["role", (changed: ParameterFile) => (changed.group.guardian = STRANGER), /group: guardian/],
    ["feed", (changed: ParameterFile) => (changed.factors[0]!.feed_id = "cd".repeat(32)), /factor 0 USDC: feedId/],
    ["decimals", (changed: ParameterFile) => (changed.factors[0]!.base_decimals = 9), /factor 0 USDC: baseDecimals is 6 and cannot become 9/],
    ["market's symbol", (changed: ParameterFile) => (changed.perp_markets[0]!.symbol = "OTHER"), /perp market 3 OTHER: symbol/],
    ["mint", (changed: ParameterFile) => (changed.reserves[0]!.mint = STRANGER), /there is no mint/],
  ])("refuses a change of %s", async (_, change, refusal) => {
    const state = applied(await resolve(file()));
    const changed = file();
    change(changed);
    expect(compare(await resolve(changed), state).refusals.join("\n")).toMatch(refusal);
  });

  it("refuses a file that leaves out what is listed", async () => {
    const target = await resolve(file());
    const state = applied(target);
    Object.assign(state.book!.factors[1] as Factor, { status: 1 });
    expect(compare(target, state).refusals).toEqual([expect.stringMatching(/lists 2 factors, the file 1/)]);
  });
});

describe("compare perp markets", () => {
  it("sets parameters in the slot where the market stands", async () => {
    const state = applied(await resolve(file()));
    const changed = file();
    changed.perp_markets[0]!.params["fee_ppm"] = 10;
    const { steps } = compare(await resolve(changed), state);
    expect(steps.map((step) => step.action)).toMatchObject([{ kind: "setPerpParams", index: 3 }]);
  });

  it("lists a market anew once the old one has left its slot", async () => {
    const target = await resolve(file());
    const state = applied(target);
    Object.assign(state.book!.perpMarkets[3] as object, { status: 0 });
    expect(compare(target, state).steps.map((step) => step.action.kind)).toEqual(["listPerpMarket"]);
  });

  it("refuses a market that is being delisted, and one that the file leaves out", async () => {
    const target = await resolve(file());
    const state = applied(target);
    Object.assign(state.book!.perpMarkets[0] as object, { status: 1, factorIndex: 5 });
    expect(compare(target, state).refusals).toEqual([expect.stringMatching(/perp market 0 is listed and not in the file/)]);
    Object.assign(state.book!.perpMarkets[0] as object, { status: 2 });
    expect(compare(target, state).refusals).toEqual([]);
    Object.assign(state.book!.perpMarkets[3] as object, { status: 2 });
    expect(compare(target, state).refusals).toEqual([expect.stringMatching(/perp market 3 USDC-PERP is being delisted/)]);
  });

  it("refuses another quote reserve", async () => {
    const target = await resolve(file());
    const state = applied(target);
    state.book!.pool.quoteReserve = 4;
    expect(compare(target, state).refusals).toEqual([expect.stringMatching(/pool: quoteReserve is 4 and cannot become 0/)]);
  });
});

describe("toProgramParams", () => {
  it("keeps 64-bit strings exact", () => {
    const table = { ...tableOf(zeroReserve, 1), deposit_cap_atoms: "9223372036854775807" };
    expect(toProgramParams(table, zeroReserve)).toMatchObject({ depositCapAtoms: 9_223_372_036_854_775_807n, reserved: 0, borrowCapAtoms: 1n });
  });

  it("refuses a table that lacks a parameter of the program", () => {
    const { grid_seconds: _, ...table } = tableOf(zeroBook, 1);
    expect(() => toProgramParams(table, zeroBook)).toThrow(/the program knows the parameter gridSeconds/);
  });

  it("refuses a table with a parameter that the program lacks", () => {
    expect(() => toProgramParams({ ...tableOf(zeroBook, 1), moon_phase: 1 }, zeroBook)).toThrow(/does not know the parameters moonPhase/);
  });
});

it("fieldChanges compares bytes by value", () => {
  expect(fieldChanges({ id: new Uint8Array([1, 2]) }, { id: Buffer.from([1, 2]) })).toEqual([]);
  expect(fieldChanges({ id: new Uint8Array([1, 2]) }, { id: new Uint8Array([1, 3]) })).toEqual([{ field: "id", from: "0102", to: "0103" }]);
});

it("requireSigner wants the creator for what is created and the admin for what is governed", async () => {
  const target = await resolve(file());
  const { steps } = compare(target, { mints: new Set(), group: null, book: null });
  expect(() => requireSigner(steps, target, DEPLOYER)).not.toThrow();
  expect(() => requireSigner(steps, target, STRANGER)).toThrow(/creator's keypair/);
  const governed = steps.filter((step) => step.action.kind === "listFactor");
  expect(() => requireSigner(governed, target, STRANGER)).toThrow(/admin's keypair/);
});

it("splitSteps leaves first profiles to a steward who is somebody else", async () => {
  const target = await resolve(file());
  const { steps } = compare(target, { mints: new Set(), group: null, book: null });
  const { own, stewards } = splitSteps(steps, target, DEPLOYER);
  expect(stewards.map((step) => step.action.kind)).toEqual(["setLiquidityProfile"]);
  expect(own.length + stewards.length).toBe(steps.length);
  expect(splitSteps(steps, target, STRANGER).own).toEqual(stewards);
});

it("compares the grid row by row, and never takes a steward's profile back", async () => {
  const state = applied(await resolve(file()));
  const changed = file();
  changed.scenarios[0]!.shocks_ppm["USDC"] = 500_000;
  changed.factors[0]!.liquidity["spread_ppm"] = 77;
  changed.factors[0]!.implied_feed_id = "none";
  const { steps } = compare(await resolve(changed), state);
  expect(steps.map((step) => step.action.kind)).toEqual(["setImpliedFeed", "setScenarios"]);
  expect(steps[1]!.changes.map((change) => change.field)).toEqual(["row 0"]);
});

it("shockBits rounds to the nearest of 12 fractional bits", () => {
  expect([1_000_000, -1_000_000, 122, 123, -123, 0].map(shockBits)).toEqual([4_096, -4_096, 0, 1, -1, 0]);
});
