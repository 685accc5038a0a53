import { type Address, getAddressEncoder, getProgramDerivedAddress, getU16Encoder, type ReadonlyUint8Array } from "@solana/kit";

import { PLIMSOLL_PROGRAM_ADDRESS } from "./generated";

const addressEncoder = getAddressEncoder();
const indexEncoder = getU16Encoder();

async function derive(seeds: (string | ReadonlyUint8Array)[]): Promise<Address> {
  const [address] = await getProgramDerivedAddress({ programAddress: PLIMSOLL_PROGRAM_ADDRESS, seeds });
  return address;
}

/** Address of a creator's group; `index` tells groups of one creator apart. */
export function findGroupAddress(creator: Address, index: number): Promise<Address> {
  return derive(["group", addressEncoder.encode(creator), indexEncoder.encode(index)]);
}

/** Address of an owner's margin account; `subAccount` tells accounts of one owner apart. */
export function findMarginAccountAddress(group: Address, owner: Address, subAccount: number): Promise<Address> {
  return derive(["margin", addressEncoder.encode(group), addressEncoder.encode(owner), indexEncoder.encode(subAccount)]);
}

/** Address of the token account in which a Book's reserve keeps its atoms. */
export function findVaultAddress(book: Address, mint: Address): Promise<Address> {
  return derive(["vault", addressEncoder.encode(book), addressEncoder.encode(mint)]);
}

/** Address that owns every vault of a Book. */
export function findVaultAuthorityAddress(book: Address): Promise<Address> {
  return derive(["vault_authority", addressEncoder.encode(book)]);
}
