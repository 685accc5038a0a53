import type { Wide } from "./generated";

/** A 128-bit number that an account stores as two words, the low one first. */
export function wideToBigint(wide: Wide): bigint {
  const [low = 0n, high = 0n] = wide.words;
  return low | (high << 64n);
}
