import { getCreateAccountWithSeedInstruction } from "@solana-program/system";
import { type Address, createAddressWithSeed, type Instruction, type TransactionSigner } from "@solana/kit";

import { getBookSize, PLIMSOLL_PROGRAM_ADDRESS } from "./generated";

function bookSeed(groupIndex: number): string {
  return `book:${groupIndex}`;
}

/** Where `createBookAccountInstruction` puts the Book of a creator's group. */
export function findBookAddress(creator: Address, groupIndex: number): Promise<Address> {
  return createAddressWithSeed({ baseAddress: creator, seed: bookSeed(groupIndex), programAddress: PLIMSOLL_PROGRAM_ADDRESS });
}

/**
 * Creates a Book's account, zeroed and owned by the program, at an address that the creator's signature alone unlocks, so no keypair has
 * to be kept. Send it in one transaction with `create_book`: between two, anyone could claim the account for a group of his own.
 *
 * @param rentLamports what makes `getBookSize()` bytes rent-exempt
 */
export async function createBookAccountInstruction(
  creator: TransactionSigner,
  groupIndex: number,
  rentLamports: bigint,
): Promise<Instruction> {
  return getCreateAccountWithSeedInstruction({
    payer: creator,
    newAccount: await findBookAddress(creator.address, groupIndex),
    baseAccount: creator,
    base: creator.address,
    seed: bookSeed(groupIndex),
    amount: rentLamports,
    space: getBookSize(),
    programAddress: PLIMSOLL_PROGRAM_ADDRESS,
  });
}
