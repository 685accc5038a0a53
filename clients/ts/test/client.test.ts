import { createHash } from "node:crypto";

import { address, createNoopSigner } from "@solana/kit";
import { describe, expect, it } from "vitest";

import {
  createBookAccountInstruction,
  encodePriceUpdate,
  findBookAddress,
  findGroupAddress,
  findGroupPda,
  findMarginAccountAddress,
  findMarginAccountPda,
  findVaultAddress,
  findVaultAuthorityAddress,
  findVaultPda,
  getBookSize,
  getMarginAccountDecoder,
  getMarginAccountSize,
  getWideEncoder,
  PRICE_UPDATE_BYTES,
  wideToBigint,
} from "../src";

const A = address("HMduZAXsH9RnJC4YoZDpyMWMi1LwwS19YUvoVrj2x2v6");
const B = address("7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE");

describe("addresses", () => {
  it("agree with the seeds that the program declares in its IDL", async () => {
    expect(await findGroupAddress(A, 513)).toBe((await findGroupPda({ creator: A, index: 513 }))[0]);
    expect(await findMarginAccountAddress(A, B, 7)).toBe((await findMarginAccountPda({ group: A, owner: B, subAccount: 7 }))[0]);
    expect(await findVaultAddress(A, B)).toBe((await findVaultPda({ book: A, mint: B }))[0]);
  });

  it("differ where a seed differs", async () => {
    const groups = await Promise.all([findGroupAddress(A, 0), findGroupAddress(A, 1), findGroupAddress(B, 0)]);
    const authorities = await Promise.all([findVaultAuthorityAddress(A), findVaultAuthorityAddress(B)]);
    expect(new Set([...groups, ...authorities]).size).toBe(5);
  });
});

it("creates a Book's account of the program's size at the address that it announces", async () => {
  const instruction = await createBookAccountInstruction(createNoopSigner(A), 2, 1_000n);
  expect(instruction.accounts?.[1]?.address).toBe(await findBookAddress(A, 2));
  // System program, create_account_with_seed: tag 4 bytes, base 32, seed length 8, "book:2" 6, lamports 8, space 8, owner 32.
  const data = Buffer.from(instruction.data ?? []);
  expect(data.readUInt32LE(0)).toBe(3);
  expect(data.readBigUInt64LE(58)).toBe(BigInt(getBookSize()));
});

describe("zero-copy accounts", () => {
  it("reads a margin account field by field, at the offsets of its C layout", () => {
    const data = Buffer.alloc(getMarginAccountSize());
    createHash("sha256").update("account:MarginAccount").digest().copy(data, 0, 0, 8);
    data.writeUInt8(1, 8);
    data.writeUInt16LE(777, 10);
    data.writeBigUInt64LE(123n, data.length - 8);
    const account = getMarginAccountDecoder().decode(data);
    expect(account).toMatchObject({ version: 1, subAccount: 777 });
    expect(account.reserved.at(-1)).toBe(123n);
  });

  it("joins the two words of a 128-bit number, the low one first", () => {
    expect(getWideEncoder().encode({ words: [1n, 2n] })).toEqual(new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]));
    expect(wideToBigint({ words: [5n, 1n << 32n] })).toBe((1n << 96n) + 5n);
  });
});

it("lays a price update out as Pyth's receiver program does", () => {
  const publication = {
    feedId: new Uint8Array(32).fill(0xab),
    price: -2n,
    confidence: 3n,
    exponent: -8,
    publishTimeSeconds: 1_760_000_000n,
    prevPublishTimeSeconds: 1_759_999_999n,
    emaPrice: 5n,
    emaConfidence: 6n,
  };
  const data = Buffer.from(encodePriceUpdate(publication, A, 42n));
  expect(data).toHaveLength(PRICE_UPDATE_BYTES);
  expect(data.subarray(0, 8)).toEqual(createHash("sha256").update("account:PriceUpdateV2").digest().subarray(0, 8));
  expect(data[40]).toBe(1); // fully verified
  expect(data.subarray(41, 73)).toEqual(Buffer.alloc(32, 0xab));
  expect(data.readBigInt64LE(73)).toBe(-2n);
  expect(data.readBigUInt64LE(81)).toBe(3n);
  expect(data.readInt32LE(89)).toBe(-8);
  expect(data.readBigInt64LE(93)).toBe(1_760_000_000n);
  expect(data.readBigInt64LE(101)).toBe(1_759_999_999n);
  expect(data.readBigInt64LE(109)).toBe(5n);
  expect(data.readBigUInt64LE(117)).toBe(6n);
  expect(data.readBigUInt64LE(125)).toBe(42n);
  expect(data[133]).toBe(0);
});
