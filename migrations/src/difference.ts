// What separates the cluster from the parameter file, and the steps that close the gap. Pure.
import type { Book, Factor, PerpMarket, Pool, Reserve, Scenario } from "@plimsoll/client";

import type { ClusterState } from "./cluster";
import type { FactorTarget, PerpMarketTarget, PoolTarget, ReserveTarget, Target } from "./target";

export type FieldChange = {
  field: string;
  /** Absent: the thing is new. */
  from?: string;
  to: string;
};

export type StepAction =
  | { kind: "createMint"; reserve: ReserveTarget }
  | { kind: "createGroup" }
  | { kind: "createBook" }
  | { kind: "setBookParams" }
  | { kind: "listFactor"; factor: FactorTarget }
  | { kind: "setFactorParams"; index: number; factor: FactorTarget }
  | { kind: "setImpliedFeed"; index: number; factor: FactorTarget }
  | { kind: "setLiquidityProfile"; index: number; factor: FactorTarget }
  | { kind: "setScenarios" }
  | { kind: "listReserve"; reserve: ReserveTarget }
  | { kind: "setReserveParams"; index: number; reserve: ReserveTarget }
  | { kind: "setPoolParams" }
  | { kind: "listPerpMarket"; market: PerpMarketTarget }
  | { kind: "setPerpParams"; index: number; market: PerpMarketTarget };

/** One transaction's worth of change. */
export type Step = { title: string; action: StepAction; changes: FieldChange[] };

export type Difference = {
  /** In the order in which they are applied. */
  steps: Step[];
  /** What the file asks for and no instruction of the program can change. */
  refusals: string[];
};

type Fields = Record<string, unknown>;

const STATUS_EMPTY = 0;
const STATUS_DELISTING = 2;

function describe(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "object" && value !== null && "length" in value) return `[${Array.from(value as ArrayLike<unknown>).join(",")}]`;
  return String(value);
}

/** The fields in which two values of one type differ; all of them when there is no old value. */
export function fieldChanges(from: Fields | null, to: Fields): FieldChange[] {
  if (!from) return Object.entries(to).map(([field, value]) => ({ field, to: describe(value) }));
  return Object.entries(to)
    .map(([field, value]) => ({ field, from: describe(from[field]), to: describe(value) }))
    .filter((change) => change.from !== change.to);
}

/** The fixed facts of something listed, where they differ. */
function refusalsOf(title: string, from: Fields, to: Fields): string[] {
  return fieldChanges(from, to).map(
    ({ field, from: old, to: asked }) => `${title}: ${field} is ${old} and cannot become ${asked}; correct the file, or deploy another group (another index)`,
  );
}

function newStep(title: string, action: StepAction, fields: Fields): Step {
  return { title, action, changes: fieldChanges(null, fields) };
}

/** A step that sets parameters, unless they are as asked. */
function paramsStep(title: string, action: StepAction, from: object, to: object): Step[] {
  const changes = fieldChanges(from as Fields, to as Fields);
  return changes.length > 0 ? [{ title, action, changes }] : [];
}

function compareMints(target: Target, state: ClusterState): Difference {
  const missing = target.reserves.filter((reserve) => !state.mints.has(reserve.mint));
  const steps = missing
    .filter((reserve) => reserve.createsMint)
    .map((reserve) => newStep(`mint ${reserve.symbol}`, { kind: "createMint", reserve }, { address: reserve.mint, decimals: reserve.decimals }));
  const refusals = missing
    .filter((reserve) => !reserve.createsMint)
    .map((reserve) => `reserve ${reserve.symbol}: there is no mint ${reserve.mint} on this cluster; correct the file`);
  return { steps, refusals };
}

function compareGroup(target: Target, state: ClusterState): Difference {
  const asked = { ...target.roles, quoteMint: target.quoteMint };
  if (state.group) return { steps: [], refusals: refusalsOf("group", { ...state.group }, asked) };
  return { steps: [newStep("group", { kind: "createGroup" }, { address: target.group, ...asked })], refusals: [] };
}

function compareBook(target: Target, book: Book | null): Difference {
  if (book) return { steps: paramsStep("book", { kind: "setBookParams" }, book.params, target.bookParams), refusals: [] };
  return { steps: [newStep("book", { kind: "createBook" }, { address: target.newBook, ...target.bookParams })], refusals: [] };
}

function compareFactor(factor: FactorTarget, index: number, listed: Factor | undefined): Difference {
  const title = `factor ${index} ${factor.symbol}`;
  const { params, ...facts } = factor.listing;
  if (!listed) return { steps: [newStep(title, { kind: "listFactor", factor }, { ...facts, ...params })], refusals: [] };
  // The seeds hold for the moment of listing only.
  const { seedSigmaFastPpm: _fast, seedSigmaSlowPpm: _slow, ...fixed } = facts;
  return {
    steps: paramsStep(title, { kind: "setFactorParams", index, factor }, listed.params, params),
    refusals: refusalsOf(title, { ...listed }, fixed),
  };
}

function impliedFeed(factor: FactorTarget, index: number, listed: Factor | undefined): Step[] {
  const title = `implied volatility of factor ${index} ${factor.symbol}`;
  const from = { feedId: listed?.implied.feedId ?? new Uint8Array(factor.impliedFeedId.length) };
  return paramsStep(title, { kind: "setImpliedFeed", index, factor }, from, { feedId: factor.impliedFeedId });
}

/** The first profile only: what the steward says later is not the file's to take back. */
function firstProfile(factor: FactorTarget, index: number, listed: Factor | undefined): Step[] {
  if (listed && listed.liquidity.profileSetSeconds !== 0n) return [];
  return [newStep(`liquidity of factor ${index} ${factor.symbol}`, { kind: "setLiquidityProfile", index, factor }, { ...factor.profile })];
}

/** The rows of a grid by number, to compare and to print. */
function rowsOf(scenarios: Scenario[]): Fields {
  return Object.fromEntries(scenarios.map(({ shocks, basis }, row) => [`row ${row}`, `${shocks.join(" ")}, basis ${basis}`]));
}

function compareScenarios(asked: Scenario[], book: Book | null): Step[] {
  const listed = book?.modelNewest.scenarios.slice(0, book.modelNewest.scenarioCount) ?? [];
  const action = { kind: "setScenarios" } as const;
  const title = `scenarios (${asked.length} rows)`;
  if (listed.length === 0) return [newStep(title, action, rowsOf(asked))];
  return paramsStep(title, action, { count: listed.length, ...rowsOf(listed) }, { count: asked.length, ...rowsOf(asked) });
}

function compareReserve(reserve: ReserveTarget, index: number, listed: Reserve | undefined): Difference {
  const title = `reserve ${index} ${reserve.symbol}`;
  const { params, factorIndex, initialRatePpmPerYear } = reserve.listing;
  const fixed = { mint: reserve.mint, tokenProgram: reserve.tokenProgram, factorIndex };
  if (!listed) {
    const fields = { ...fixed, vault: reserve.vault, initialRatePpmPerYear, ...params };
    return { steps: [newStep(title, { kind: "listReserve", reserve }, fields)], refusals: [] };
  }
  return {
    steps: paramsStep(title, { kind: "setReserveParams", index, reserve }, listed.params, params),
    refusals: refusalsOf(title, { ...listed }, fixed),
  };
}

function comparePool({ symbol, quoteReserve, params }: PoolTarget, pool: Pool | undefined): Difference {
  const action = { kind: "setPoolParams" } as const;
  if (!pool || pool.status === STATUS_EMPTY) return { steps: [newStep(`pool ${symbol}`, action, { quoteReserve, ...params })], refusals: [] };
  return { steps: paramsStep(`pool ${symbol}`, action, pool.params, params), refusals: refusalsOf("pool", { ...pool }, { quoteReserve }) };
}

/** The market of a factor: a delisted one leaves its slot, so the position says nothing. */
export function findPerpMarket(book: Book | null, factorIndex: number): number | undefined {
  const index = (book?.perpMarkets ?? []).findIndex((market) => market.status !== STATUS_EMPTY && market.factorIndex === factorIndex);
  return index < 0 ? undefined : index;
}

function comparePerpMarket(market: PerpMarketTarget, book: Book | null): Difference {
  const { params, ...facts } = market.listing;
  const index = findPerpMarket(book, facts.factorIndex);
  const listed = index === undefined ? undefined : book?.perpMarkets[index];
  if (index === undefined || !listed) {
    return { steps: [newStep(`perp market ${market.symbol}`, { kind: "listPerpMarket", market }, { ...facts, ...params })], refusals: [] };
  }
  const title = `perp market ${index} ${market.symbol}`;
  if (listed.status === STATUS_DELISTING) return { steps: [], refusals: [`${title} is being delisted; take it out of the file, or wait until it has left`] };
  return {
    steps: paramsStep(title, { kind: "setPerpParams", index, market }, listed.params, params),
    refusals: refusalsOf(title, { ...listed }, facts),
  };
}

/** Active markets that the file leaves out: only the admin delists, and not by silence. */
function surplusMarkets(target: Target, book: Book | null): Difference {
  const asked = new Set(target.perpMarkets.map((market) => market.listing.factorIndex));
  const isSurplus = (market: PerpMarket) => market.status !== STATUS_EMPTY && market.status !== STATUS_DELISTING && !asked.has(market.factorIndex);
  const indices = [...(book?.perpMarkets ?? []).entries()].filter(([, market]) => isSurplus(market)).map(([index]) => index);
  return { steps: [], refusals: indices.map((index) => `perp market ${index} is listed and not in the file; add it, or call delist_perp_market`) };
}

/** What is listed beyond the file's end. */
function surplus(kind: string, listedCount: number, askedCount: number): Difference {
  const refusals = listedCount > askedCount ? [`the cluster lists ${listedCount} ${kind}, the file ${askedCount}; nothing is ever unlisted: add them to the file`] : [];
  return { steps: [], refusals };
}

/** Compares in the order in which things depend on each other. */
export function compare(target: Target, state: ClusterState): Difference {
  const factors = (state.book?.factors ?? []).filter((factor) => factor.status !== STATUS_EMPTY);
  const reserves = (state.book?.reserves ?? []).filter((reserve) => reserve.status !== STATUS_EMPTY);
  const parts = [
    compareMints(target, state),
    compareGroup(target, state),
    compareBook(target, state.book),
    ...target.factors.map((factor, index) => compareFactor(factor, index, factors[index])),
    { steps: target.factors.flatMap((factor, index) => impliedFeed(factor, index, factors[index])), refusals: [] },
    { steps: target.factors.flatMap((factor, index) => firstProfile(factor, index, factors[index])), refusals: [] },
    { steps: compareScenarios(target.scenarios, state.book), refusals: [] },
    ...target.reserves.map((reserve, index) => compareReserve(reserve, index, reserves[index])),
    surplus("factors", factors.length, target.factors.length),
    surplus("reserves", reserves.length, target.reserves.length),
    comparePool(target.pool, state.book?.pool),
    ...target.perpMarkets.map((market) => comparePerpMarket(market, state.book)),
    surplusMarkets(target, state.book),
  ];
  return { steps: parts.flatMap((part) => part.steps), refusals: parts.flatMap((part) => part.refusals) };
}
