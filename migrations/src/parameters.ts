// The parameter file as `plimsoll-params` prints it: checked, names as in the TOML, integers of 64 bits as decimal strings.
import { execFileSync } from "node:child_process";

/** A refusal that says what is wrong and what to do; printed without a stack. */
export class DeployError extends Error {}

/** Parameters of a Book, factor, reserve, pool or perp market by their TOML names. */
export type ParameterTable = Record<string, number | string>;

export type FactorFile = {
  symbol: string;
  /** 64 hexadecimal digits. */
  feed_id: string;
  oracle_kind: "pull" | "push";
  base_decimals: number;
  seed_sigma_fast_ppm: number;
  seed_sigma_slow_ppm: number;
  /** 64 hexadecimal digits, or `none`. */
  implied_feed_id: string;
  params: ParameterTable;
  /** The first liquidity profile; later ones are the steward's. */
  liquidity: ParameterTable;
};

/** A row of the scenario grid: simple returns in parts per million of each factor's margin. */
export type ScenarioFile = { name: string; basis_ppm: number; shocks_ppm: Record<string, number> };

export type ReserveFile = {
  symbol: string;
  /** An address, or `create`: the deployment makes a test token. */
  mint: string;
  token_program: "spl-token" | "token-2022";
  /** Symbol of the factor that prices it. */
  factor: string;
  initial_rate_ppm_per_year: number;
  params: ParameterTable;
};

export type PerpMarketFile = {
  symbol: string;
  /** Symbol of the factor that prices it. */
  factor: string;
  params: ParameterTable;
};

export type ParameterFile = {
  cluster: "localnet" | "devnet" | "mainnet";
  group: {
    index: number;
    timelock_seconds: number;
    /** Symbol of the reserve whose token values are counted in. */
    quote: string;
    /** An address each, or `deployer`. */
    admin: string;
    steward: string;
    guardian: string;
  };
  book: ParameterTable;
  factors: FactorFile[];
  scenarios: ScenarioFile[];
  reserves: ReserveFile[];
  pool: {
    /** Symbol of the reserve in whose token every perp is settled. */
    quote_reserve: string;
    params: ParameterTable;
  };
  perp_markets: PerpMarketFile[];
};

/** Reads and checks a parameter file with `plimsoll-params`, the project's one reader of them (PLIMSOLL_PARAMS_BIN, or built by cargo). */
export function readParameterFile(path: string): ParameterFile {
  const binary = process.env["PLIMSOLL_PARAMS_BIN"];
  const [command, leading] = binary ? [binary, []] : ["cargo", ["run", "--quiet", "-p", "plimsoll-params", "--"]];
  try {
    return JSON.parse(execFileSync(command, [...leading, path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") throw new DeployError(`cannot run ${command}; install Rust, or name the built plimsoll-params in PLIMSOLL_PARAMS_BIN`);
    throw new DeployError((stderr ?? "").trim() || message);
  }
}

function toCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * A table in the form of a generated params type, whose fields `template` (an all-zero value of it) names; its reserved fields are zero.
 * Refuses a table whose names are not the type's: then program and parameter reader are of different versions.
 */
export function toProgramParams<Params extends object>(table: ParameterTable, template: Params): Params {
  const given = new Map(Object.entries(table).map(([name, value]) => [toCamelCase(name), value]));
  const converted = Object.entries(template).map(([name, zero]) => {
    const value = given.get(name) ?? (name.startsWith("reserved") ? 0 : undefined);
    given.delete(name);
    if (value === undefined) throw new DeployError(`the program knows the parameter ${name}, the parameter file does not; build both from one version`);
    return [name, typeof zero === "bigint" ? BigInt(value) : Number(value)];
  });
  if (given.size > 0) throw new DeployError(`the program does not know the parameters ${[...given.keys()].join(", ")}; build both from one version`);
  return Object.fromEntries(converted) as Params;
}
