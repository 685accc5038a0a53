import {
  type Address,
  address,
  fixEncoderSize,
  getAddressEncoder,
  getBytesEncoder,
  getI32Encoder,
  getI64Encoder,
  getStructEncoder,
  getU64Encoder,
  getU8Encoder,
  type ReadonlyUint8Array,
} from "@solana/kit";

/** Owner of Pyth's pull accounts. */
export const PYTH_RECEIVER_ADDRESS: Address = address("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");

/** Bytes of a `PriceUpdateV2` account; a fully verified one leaves the last unused. */
export const PRICE_UPDATE_BYTES = 134;

// First eight bytes of SHA-256("account:PriceUpdateV2").
const PRICE_UPDATE_DISCRIMINATOR = new Uint8Array([34, 241, 35, 99, 157, 126, 244, 205]);
const FULLY_VERIFIED = 1;

/** One publication of a Pyth feed; prices and confidences in units of 10^exponent. */
export type PricePublication = {
  /** 32 bytes. */
  feedId: ReadonlyUint8Array;
  price: bigint;
  confidence: bigint;
  exponent: number;
  publishTimeSeconds: bigint;
  /** Of the publication before this one. */
  prevPublishTimeSeconds: bigint;
  emaPrice: bigint;
  emaConfidence: bigint;
};

const publicationEncoder = getStructEncoder([
  ["feedId", fixEncoderSize(getBytesEncoder(), 32)],
  ["price", getI64Encoder()],
  ["confidence", getU64Encoder()],
  ["exponent", getI32Encoder()],
  ["publishTimeSeconds", getI64Encoder()],
  ["prevPublishTimeSeconds", getI64Encoder()],
  ["emaPrice", getI64Encoder()],
  ["emaConfidence", getU64Encoder()],
]);

const priceUpdateEncoder = fixEncoderSize(
  getStructEncoder([
    ["discriminator", getBytesEncoder()],
    ["writeAuthority", getAddressEncoder()],
    ["verificationLevel", getU8Encoder()],
    ["publication", publicationEncoder],
    ["postedSlot", getU64Encoder()],
  ]),
  PRICE_UPDATE_BYTES,
);

/**
 * Data of a fully verified Pyth pull account (`PriceUpdateV2`), for nodes whose accounts can be written; on a cluster only the receiver
 * program writes them.
 */
export function encodePriceUpdate(publication: PricePublication, writeAuthority: Address, postedSlot: bigint): ReadonlyUint8Array {
  return priceUpdateEncoder.encode({
    discriminator: PRICE_UPDATE_DISCRIMINATOR,
    writeAuthority,
    verificationLevel: FULLY_VERIFIED,
    publication,
    postedSlot,
  });
}
