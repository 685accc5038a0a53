// Sends one transaction with a compute limit measured by simulation, and waits until it is confirmed.
import { getSetComputeUnitLimitInstruction, getSetComputeUnitPriceInstruction } from "@solana-program/compute-budget";
import {
  appendTransactionMessageInstructions,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Signature,
} from "@solana/kit";

import type { ClusterRpc } from "./cluster";
import { DeployError } from "./parameters";

// The runtime's ceiling: the simulation runs under it.
const COMPUTE_UNITS_MAX = 1_400_000;
// Room above the simulated use: bumps and account states can differ when the transaction lands.
const COMPUTE_MARGIN_PERCENT = 10;
const CONFIRMATION_POLL_MS = 50;

export type Sender = { rpc: ClusterRpc; payer: KeyPairSigner; priorityMicroLamports: bigint };

type Lifetime = Parameters<typeof setTransactionMessageLifetimeUsingBlockhash>[0];

async function sign({ payer, priorityMicroLamports }: Sender, lifetime: Lifetime, computeUnits: number, instructions: Instruction[]) {
  const budget: Instruction[] = [getSetComputeUnitLimitInstruction({ units: computeUnits })];
  if (priorityMicroLamports > 0n) budget.push(getSetComputeUnitPriceInstruction({ microLamports: priorityMicroLamports }));
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayerSigner(payer, empty),
    (paid) => setTransactionMessageLifetimeUsingBlockhash(lifetime, paid),
    (timed) => appendTransactionMessageInstructions([...budget, ...instructions], timed),
  );
  return signTransactionMessageWithSigners(message);
}

/** Why a simulated transaction failed: the program's own message where there is one. */
export function explainFailure(title: string, error: unknown, logs: readonly string[]): DeployError {
  const text = JSON.stringify(error, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  const refusal = logs.map((log) => /Error Code: (\w+).*Error Message: (.*)/.exec(log)).find((match) => match !== null);
  if (refusal) return new DeployError(`${title}: ${refusal[1]}: ${refusal[2]}`);
  if (/AccountNotFound|InsufficientFundsForFee/.test(text)) return new DeployError(`${title}: the signer has no SOL to pay with; fund it`);
  if (logs.some((log) => log.includes("insufficient lamports"))) return new DeployError(`${title}: the signer's SOL does not cover the rent; fund it`);
  return new DeployError([`${title}: refused with ${text}`, ...logs.slice(-6)].join("\n  "));
}

async function simulate(sender: Sender, title: string, lifetime: Lifetime, instructions: Instruction[]): Promise<number> {
  const transaction = await sign(sender, lifetime, COMPUTE_UNITS_MAX, instructions);
  const { value } = await sender.rpc
    .simulateTransaction(getBase64EncodedWireTransaction(transaction), { encoding: "base64", commitment: "confirmed" })
    .send();
  if (value.err !== null) throw explainFailure(title, value.err, value.logs ?? []);
  return Number(value.unitsConsumed ?? COMPUTE_UNITS_MAX);
}

async function confirm(rpc: ClusterRpc, title: string, signature: Signature, lastValidBlockHeight: bigint): Promise<void> {
  for (;;) {
    const { value } = await rpc.getSignatureStatuses([signature]).send();
    const status = value[0];
    if (status?.err) throw explainFailure(title, status.err, []);
    if (status?.confirmationStatus === "confirmed" || status?.confirmationStatus === "finalized") return;
    if ((await rpc.getBlockHeight({ commitment: "confirmed" }).send()) > lastValidBlockHeight) {
      throw new DeployError(`${title}: transaction ${signature} expired before it landed; run the deployment again, it goes on where it stopped`);
    }
    await new Promise((resolve) => setTimeout(resolve, CONFIRMATION_POLL_MS));
  }
}

/** Sends instructions in one transaction; returns when it is confirmed. */
export async function send(sender: Sender, title: string, instructions: Instruction[]): Promise<Signature> {
  const { value: lifetime } = await sender.rpc.getLatestBlockhash({ commitment: "confirmed" }).send();
  const used = await simulate(sender, title, lifetime, instructions);
  const limit = Math.min(COMPUTE_UNITS_MAX, Math.ceil((used * (100 + COMPUTE_MARGIN_PERCENT)) / 100));
  const transaction = await sign(sender, lifetime, limit, instructions);

  await sender.rpc.sendTransaction(getBase64EncodedWireTransaction(transaction), { encoding: "base64", skipPreflight: true }).send();
  const signature = getSignatureFromTransaction(transaction);
  await confirm(sender.rpc, title, signature, lifetime.lastValidBlockHeight);
  return signature;
}
