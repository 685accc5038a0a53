// One deployment: read the file and the cluster, print what separates them, close the gap.
import { findVaultAuthorityAddress, PLIMSOLL_PROGRAM_ADDRESS } from "@plimsoll/client";
import { type Address, createSolanaRpc, type KeyPairSigner } from "@solana/kit";

import { apply, requireSigner, splitSteps } from "./apply";
import { type ClusterState, readClusterState, requireProgram } from "./cluster";
import { compare, findPerpMarket, type Step } from "./difference";
import { DeployError, readParameterFile } from "./parameters";
import { resolveTarget, type Target } from "./target";

export type DeployOptions = {
  url: string;
  signer: KeyPairSigner;
  paramsPath: string;
  /** Who created or creates the group; the signer when absent. */
  creator?: Address;
  dryRun: boolean;
  priorityMicroLamports: bigint;
  /** Takes the lines meant for people. */
  report: (line: string) => void;
};

export type DeployResult = {
  program: Address;
  group: Address;
  book: Address;
  vault_authority: Address;
  quote_mint: Address;
  factors: { index: number; symbol: string; feed_id: string }[];
  reserves: { index: number; symbol: string; factor_index: number; mint: Address; decimals: number; token_program: Address; vault: Address }[];
  perp_markets: { index: number; symbol: string; factor_index: number }[];
  /** Transactions sent. */
  applied: number;
};

/** Lines for people: each step, and under it each field. */
export function formatSteps(steps: Step[]): string[] {
  return steps.flatMap(({ title, changes }) => {
    const isNew = changes.every((change) => change.from === undefined);
    const fields = changes.map(({ field, from, to }) => `    ${field}: ${from === undefined ? "" : `${from} -> `}${to}`);
    return [`${isNew ? "new     " : "changed "} ${title}`, ...fields];
  });
}

async function resultOf(target: Target, state: ClusterState, applied: number): Promise<DeployResult> {
  const book = state.group?.book ?? target.newBook;
  return {
    program: PLIMSOLL_PROGRAM_ADDRESS,
    group: target.group,
    book,
    vault_authority: await findVaultAuthorityAddress(book),
    quote_mint: target.quoteMint,
    factors: target.factors.map(({ symbol, listing }, index) => ({ index, symbol, feed_id: Buffer.from(listing.feedId).toString("hex") })),
    reserves: target.reserves.map(({ symbol, listing, mint, decimals, tokenProgram, vault }, index) => ({
      index,
      symbol,
      factor_index: listing.factorIndex,
      mint,
      decimals,
      token_program: tokenProgram,
      vault: state.book?.reserves[index]?.vault ?? vault,
    })),
    perp_markets: target.perpMarkets.map(({ symbol, listing: { factorIndex } }, position) => ({
      index: findPerpMarket(state.book, factorIndex) ?? position,
      symbol,
      factor_index: factorIndex,
    })),
    applied,
  };
}

/**
 * Brings a cluster to what a parameter file says. A second run finds nothing to change and sends nothing.
 *
 * @throws DeployError naming what is wrong and what to do; what was sent before stays, and the next run goes on from there
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { report, signer } = options;
  const rpc = createSolanaRpc(options.url);
  const target = await resolveTarget(readParameterFile(options.paramsPath), signer.address, options.creator ?? signer.address);
  await requireProgram(rpc, options.url);
  const state = await readClusterState(rpc, target);

  const { steps, refusals } = compare(target, state);
  for (const line of formatSteps(steps)) report(line);
  if (refusals.length > 0) throw new DeployError(refusals.join("\n"));
  if (steps.length === 0) report("nothing to change");
  if (steps.length === 0 || options.dryRun) return resultOf(target, state, 0);

  const { own, stewards } = splitSteps(steps, target, signer.address);
  for (const { title } of stewards) report(`left to the steward ${target.roles.steward}, who runs this again with its keypair: ${title}`);
  requireSigner(own, target, signer.address);
  const sender = { rpc, payer: signer, priorityMicroLamports: options.priorityMicroLamports };
  await apply({ sender, target, book: state.group && state.book ? state.group.book : target.newBook }, own, report);
  return resultOf(target, await readClusterState(rpc, target), own.length);
}
