// What a parameter file asks for, in the program's own types.
import {
  findBookAddress,
  findGroupAddress,
  findVaultAddress,
  getBookParamsDecoder,
  getFactorParamsDecoder,
  getLiquidityProfileDecoder,
  getPerpMarketParamsDecoder,
  getPoolParamsDecoder,
  getReserveParamsDecoder,
  getScenarioDecoder,
  type BookParams,
  type FactorListing,
  type FactorParams,
  type GroupRoles,
  type LiquidityProfile,
  type PerpMarketListing,
  type PerpMarketParams,
  type PoolParams,
  type ReserveListing,
  type ReserveParams,
  type Scenario,
} from "@plimsoll/client";
import { TOKEN_PROGRAM_ADDRESS } from "@solana-program/token";
import { type Address, address, createAddressWithSeed, type FixedSizeDecoder, getBase16Encoder, type ReadonlyUint8Array } from "@solana/kit";


import { DeployError, type FactorFile, type ParameterFile, type PerpMarketFile, type ReserveFile, type ScenarioFile, toProgramParams } from "./parameters";

const TOKEN_2022_PROGRAM_ADDRESS = address("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
const SYMBOL_BYTES = 16;
const FEED_BYTES = 32;
/** One margin, as shocks are stored. */
const SHOCK_ONE = 4_096;

export type FactorTarget = {
  symbol: string;
  listing: FactorListing;
  /** 32 bytes; zeros: no feed. */
  impliedFeedId: ReadonlyUint8Array;
  profile: LiquidityProfile;
};

export type ReserveTarget = {
  symbol: string;
  mint: Address;
  /** The deployment makes the mint where it is missing. */
  createsMint: boolean;
  tokenProgram: Address;
  decimals: number;
  vault: Address;
  listing: ReserveListing;
};

export type PoolTarget = { symbol: string; quoteReserve: number; params: PoolParams };

export type PerpMarketTarget = { symbol: string; listing: PerpMarketListing };

export type Target = {
  cluster: ParameterFile["cluster"];
  creator: Address;
  group: Address;
  groupIndex: number;
  roles: GroupRoles;
  quoteMint: Address;
  /** Where a new Book goes. */
  newBook: Address;
  bookParams: BookParams;
  factors: FactorTarget[];
  scenarios: Scenario[];
  reserves: ReserveTarget[];
  pool: PoolTarget;
  perpMarkets: PerpMarketTarget[];
};

function zeroOf<T>(decoder: FixedSizeDecoder<T>): T {
  return decoder.decode(new Uint8Array(decoder.fixedSize));
}

function symbolBytes(symbol: string): Uint8Array {
  const padded = new Uint8Array(SYMBOL_BYTES);
  padded.set(new TextEncoder().encode(symbol));
  return padded;
}

function factorTarget(factor: FactorFile, zero: FactorParams): FactorTarget {
  return {
    symbol: factor.symbol,
    listing: {
      symbol: symbolBytes(factor.symbol),
      feedId: getBase16Encoder().encode(factor.feed_id),
      oracleKind: factor.oracle_kind === "pull" ? 0 : 1,
      baseDecimals: factor.base_decimals,
      seedSigmaFastPpm: factor.seed_sigma_fast_ppm,
      seedSigmaSlowPpm: factor.seed_sigma_slow_ppm,
      params: toProgramParams(factor.params, zero),
    },
    impliedFeedId: factor.implied_feed_id === "none" ? new Uint8Array(FEED_BYTES) : getBase16Encoder().encode(factor.implied_feed_id),
    profile: toProgramParams(factor.liquidity, zeroOf(getLiquidityProfileDecoder() as FixedSizeDecoder<LiquidityProfile>)),
  };
}

/** Parts per million as the program stores shocks: 12 fractional bits, to the nearest. */
export function shockBits(ppm: number): number {
  return Math.sign(ppm) * Math.floor((Math.abs(ppm) * SHOCK_ONE + 500_000) / 1_000_000);
}

function scenarioTarget(row: ScenarioFile, factors: FactorFile[]): Scenario {
  const empty = zeroOf(getScenarioDecoder() as FixedSizeDecoder<Scenario>);
  const shocks = empty.shocks.map((zero, index) => {
    const factor = factors[index];
    return factor ? shockBits(row.shocks_ppm[factor.symbol] ?? 0) : zero;
  });
  return { shocks, basis: shockBits(row.basis_ppm) };
}

/** The position of a symbol in a list of the file. */
function indexOf(list: { symbol: string }[], symbol: string, what: string): number {
  const index = list.findIndex((entry) => entry.symbol === symbol);
  if (index < 0) throw new DeployError(`${what} is ${symbol}, which the file does not list`);
  return index;
}

function poolTarget({ pool, reserves }: ParameterFile): PoolTarget {
  return {
    symbol: pool.quote_reserve,
    quoteReserve: indexOf(reserves, pool.quote_reserve, "the pool's quote reserve"),
    params: toProgramParams(pool.params, zeroOf(getPoolParamsDecoder() as FixedSizeDecoder<PoolParams>)),
  };
}

function perpMarketTarget({ factors }: ParameterFile, market: PerpMarketFile): PerpMarketTarget {
  return {
    symbol: market.symbol,
    listing: {
      symbol: symbolBytes(market.symbol),
      factorIndex: indexOf(factors, market.factor, `the factor of perp market ${market.symbol}`),
      params: toProgramParams(market.params, zeroOf(getPerpMarketParamsDecoder() as FixedSizeDecoder<PerpMarketParams>)),
    },
  };
}

/** Where a created test token goes: an address that the deployer's signature alone unlocks, and that a second run finds again. */
function testMintAddress(creator: Address, groupIndex: number, symbol: string, tokenProgram: Address): Promise<Address> {
  return createAddressWithSeed({ baseAddress: creator, seed: testMintSeed(groupIndex, symbol), programAddress: tokenProgram });
}

export function testMintSeed(groupIndex: number, symbol: string): string {
  return `mint:${groupIndex}:${symbol}`;
}

async function reserveTarget(file: ParameterFile, reserve: ReserveFile, book: Address, creator: Address): Promise<ReserveTarget> {
  const tokenProgram = reserve.token_program === "spl-token" ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022_PROGRAM_ADDRESS;
  const factorIndex = indexOf(file.factors, reserve.factor, `the factor of reserve ${reserve.symbol}`);

  const createsMint = reserve.mint === "create";
  const mint = createsMint ? await testMintAddress(creator, file.group.index, reserve.symbol, tokenProgram) : address(reserve.mint);
  return {
    symbol: reserve.symbol,
    mint,
    createsMint,
    tokenProgram,
    decimals: file.factors[factorIndex]!.base_decimals,
    vault: await findVaultAddress(book, mint),
    listing: {
      factorIndex,
      initialRatePpmPerYear: reserve.initial_rate_ppm_per_year,
      params: toProgramParams(reserve.params, zeroOf(getReserveParamsDecoder() as FixedSizeDecoder<ReserveParams>)),
    },
  };
}

/** What the file asks for when `deployer` signs, of the group that `creator` created or creates. */
export async function resolveTarget(file: ParameterFile, deployer: Address, creator: Address): Promise<Target> {
  const newBook = await findBookAddress(creator, file.group.index);
  const role = (holder: string): Address => (holder === "deployer" ? deployer : address(holder));
  const reserves = await Promise.all(file.reserves.map((reserve) => reserveTarget(file, reserve, newBook, creator)));
  const quote = reserves.find((reserve) => reserve.symbol === file.group.quote);
  if (!quote) throw new DeployError(`the group's quote ${file.group.quote} is not among the reserves`);

  const zeroFactorParams = zeroOf(getFactorParamsDecoder() as FixedSizeDecoder<FactorParams>);
  return {
    cluster: file.cluster,
    creator,
    group: await findGroupAddress(creator, file.group.index),
    groupIndex: file.group.index,
    roles: {
      admin: role(file.group.admin),
      steward: role(file.group.steward),
      guardian: role(file.group.guardian),
      timelockSeconds: file.group.timelock_seconds,
    },
    quoteMint: quote.mint,
    newBook,
    bookParams: toProgramParams(file.book, zeroOf(getBookParamsDecoder() as FixedSizeDecoder<BookParams>)),
    factors: file.factors.map((factor) => factorTarget(factor, zeroFactorParams)),
    scenarios: file.scenarios.map((row) => scenarioTarget(row, file.factors)),
    reserves,
    pool: poolTarget(file),
    perpMarkets: file.perp_markets.map((market) => perpMarketTarget(file, market)),
  };
}
