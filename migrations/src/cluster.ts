// What stands on the cluster.
import { type Book, fetchMaybeBook, fetchMaybeGroup, type Group, PLIMSOLL_PROGRAM_ADDRESS } from "@plimsoll/client";
import { type Address, fetchEncodedAccount, fetchEncodedAccounts, type Rpc, type SolanaRpcApi } from "@solana/kit";

import { DeployError } from "./parameters";
import type { Target } from "./target";

export type ClusterState = {
  /** Of the mints that the target names, those that exist. */
  mints: Set<Address>;
  group: Group | null;
  book: Book | null;
};

export type ClusterRpc = Rpc<SolanaRpcApi>;

const COMMITMENT = { commitment: "confirmed" } as const;
const NO_ADDRESS = "11111111111111111111111111111111";

/** Refuses a cluster that cannot be reached, or on which the program is not deployed. */
export async function requireProgram(rpc: ClusterRpc, url: string): Promise<void> {
  const program = await fetchEncodedAccount(rpc, PLIMSOLL_PROGRAM_ADDRESS, COMMITMENT).catch((error: Error) => {
    throw new DeployError(`cannot reach ${url} (${error.message}); start a node there or give another --url`);
  });
  if (!program.exists || !program.executable) {
    throw new DeployError(`the program ${PLIMSOLL_PROGRAM_ADDRESS} is not deployed at ${url}; deploy target/deploy/plimsoll.so first`);
  }
}

/** Reads what the target is compared with. */
export async function readClusterState(rpc: ClusterRpc, target: Target): Promise<ClusterState> {
  const mints = await fetchEncodedAccounts(rpc, target.reserves.map((reserve) => reserve.mint), COMMITMENT);
  const group = await fetchMaybeGroup(rpc, target.group, COMMITMENT);
  const bookAddress = group.exists && group.data.book !== NO_ADDRESS ? group.data.book : null;
  const book = bookAddress ? await fetchMaybeBook(rpc, bookAddress, COMMITMENT) : null;
  return {
    mints: new Set(mints.filter((mint) => mint.exists).map((mint) => mint.address)),
    group: group.exists ? group.data : null,
    book: book?.exists ? book.data : null,
  };
}
