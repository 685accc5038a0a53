// Turns the steps of a difference into instructions, and sends them.
import {
  createBookAccountInstruction,
  findVaultAddress,
  findVaultAuthorityAddress,
  getBookSize,
  getCreateBookInstruction,
  getCreateGroupInstruction,
  getListFactorInstruction,
  getListPerpMarketInstruction,
  getListReserveInstruction,
  getSetBookParamsInstruction,
  getSetFactorParamsInstruction,
  getSetImpliedFeedInstruction,
  getSetLiquidityProfileInstruction,
  getSetPerpParamsInstruction,
  getSetPoolParamsInstruction,
  getSetReserveParamsInstruction,
  getSetScenariosInstruction,
  type Scenario,
} from "@plimsoll/client";
import { getCreateAccountWithSeedInstruction } from "@solana-program/system";
import { getInitializeMint2Instruction, getMintSize } from "@solana-program/token";
import type { Address, Instruction, TransactionSigner } from "@solana/kit";

import type { Step } from "./difference";
import { DeployError } from "./parameters";
import { send, type Sender } from "./send";
import { type ReserveTarget, type Target, testMintSeed } from "./target";

/** Rows of the scenario grid that fit a transaction with everything else in it. */
const ROWS_AT_ONCE = 16;

type Deployment = { sender: Sender; target: Target; book: Address };

async function createMint({ sender, target }: Deployment, reserve: ReserveTarget): Promise<Instruction[]> {
  const { payer, rpc } = sender;
  const space = getMintSize();
  const createAccount = getCreateAccountWithSeedInstruction({
    payer,
    newAccount: reserve.mint,
    baseAccount: payer,
    base: payer.address,
    seed: testMintSeed(target.groupIndex, reserve.symbol),
    amount: await rpc.getMinimumBalanceForRentExemption(BigInt(space)).send(),
    space,
    programAddress: reserve.tokenProgram,
  });
  const initialize = getInitializeMint2Instruction(
    { mint: reserve.mint, decimals: reserve.decimals, mintAuthority: payer.address, freezeAuthority: null },
    { programAddress: reserve.tokenProgram },
  );
  return [createAccount, initialize];
}

function createGroup({ sender, target }: Deployment): Instruction {
  return getCreateGroupInstruction({
    group: target.group,
    creator: sender.payer,
    quoteMint: target.quoteMint,
    index: target.groupIndex,
    roles: target.roles,
  });
}

async function createBook({ sender, target, book }: Deployment): Promise<Instruction[]> {
  const rentLamports = await sender.rpc.getMinimumBalanceForRentExemption(BigInt(getBookSize())).send();
  return [
    await createBookAccountInstruction(sender.payer, target.groupIndex, rentLamports),
    getCreateBookInstruction({ group: target.group, admin: sender.payer, book, quoteMint: target.quoteMint, params: target.bookParams }),
  ];
}

async function listReserve({ sender, target, book }: Deployment, reserve: ReserveTarget): Promise<Instruction> {
  return getListReserveInstruction({
    group: target.group,
    admin: sender.payer,
    book,
    mint: reserve.mint,
    vault: await findVaultAddress(book, reserve.mint),
    vaultAuthority: await findVaultAuthorityAddress(book),
    tokenProgram: reserve.tokenProgram,
    listing: reserve.listing,
  });
}

type Governed = { group: Address; admin: TransactionSigner; book: Address };

/** The whole grid in one transaction: half of it needs all that an instruction's data may hold. */
function setScenarios(governed: Governed, scenarios: Scenario[]): Instruction[] {
  const starts = Array.from({ length: Math.ceil(scenarios.length / ROWS_AT_ONCE) }, (_, part) => part * ROWS_AT_ONCE);
  return starts.map((firstRow) => {
    const rows = scenarios.slice(firstRow, firstRow + ROWS_AT_ONCE);
    return getSetScenariosInstruction({ ...governed, firstRow, count: scenarios.length, rows });
  });
}

async function instructionsOf(deployment: Deployment, { action }: Step): Promise<Instruction[]> {
  const governed = { group: deployment.target.group, admin: deployment.sender.payer, book: deployment.book };
  switch (action.kind) {
    case "createMint":
      return createMint(deployment, action.reserve);
    case "createGroup":
      return [createGroup(deployment)];
    case "createBook":
      return createBook(deployment);
    case "setBookParams":
      return [getSetBookParamsInstruction({ ...governed, params: deployment.target.bookParams })];
    case "listFactor":
      return [getListFactorInstruction({ ...governed, listing: action.factor.listing })];
    case "setFactorParams":
      return [getSetFactorParamsInstruction({ ...governed, factorIndex: action.index, params: action.factor.listing.params })];
    case "setImpliedFeed":
      return [getSetImpliedFeedInstruction({ ...governed, factorIndex: action.index, feedId: action.factor.impliedFeedId })];
    case "setLiquidityProfile": {
      const { group, book } = governed;
      return [getSetLiquidityProfileInstruction({ group, book, steward: deployment.sender.payer, factorIndex: action.index, profile: action.factor.profile })];
    }
    case "setScenarios":
      return setScenarios(governed, deployment.target.scenarios);
    case "listReserve":
      return [await listReserve(deployment, action.reserve)];
    case "setReserveParams":
      return [getSetReserveParamsInstruction({ ...governed, reserveIndex: action.index, params: action.reserve.listing.params })];
    case "setPoolParams": {
      const { quoteReserve, params } = deployment.target.pool;
      return [getSetPoolParamsInstruction({ ...governed, quoteReserve, params })];
    }
    case "listPerpMarket":
      return [getListPerpMarketInstruction({ ...governed, listing: action.market.listing })];
    case "setPerpParams":
      return [getSetPerpParamsInstruction({ ...governed, market: action.index, params: action.market.listing.params })];
  }
}

const isStewards = (step: Step): boolean => step.action.kind === "setLiquidityProfile";

/** The steps that this signer may take, and those that wait for the steward's own run: first profiles hinder nothing else. */
export function splitSteps(steps: Step[], target: Target, signer: Address): { own: Step[]; stewards: Step[] } {
  if (signer === target.roles.steward) return signer === target.roles.admin ? { own: steps, stewards: [] } : { own: steps.filter(isStewards), stewards: [] };
  return { own: steps.filter((step) => !isStewards(step)), stewards: steps.filter(isStewards) };
}

/** Refuses a signer that the program would refuse, before anything is sent. */
export function requireSigner(steps: Step[], target: Target, signer: Address): void {
  const kinds = new Set(steps.map((step) => step.action.kind));
  const asCreator = kinds.has("createMint") || kinds.has("createGroup") || kinds.has("createBook");
  if (asCreator && signer !== target.creator) {
    throw new DeployError(`mints, group and Book are made by the creator ${target.creator}, and ${signer} signs; sign with the creator's keypair`);
  }
  const ofOthers = new Set<Step["action"]["kind"]>(["createMint", "createGroup", "setLiquidityProfile"]);
  const asAdmin = [...kinds].some((kind) => !ofOthers.has(kind));
  if (asAdmin && signer !== target.roles.admin) {
    throw new DeployError(`the group's admin is ${target.roles.admin}, and ${signer} signs; sign with the admin's keypair`);
  }
}

/** Sends every step, one transaction each, and says which is done. */
export async function apply(deployment: Deployment, steps: Step[], report: (line: string) => void): Promise<void> {
  for (const step of steps) {
    const signature = await send(deployment.sender, step.title, await instructionsOf(deployment, step));
    report(`done: ${step.title} (${signature})`);
  }
}
