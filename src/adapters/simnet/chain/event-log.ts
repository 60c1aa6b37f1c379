import type { SimMarket } from "../world/market.ts";

/** What a contract emits; where it stands is the block's business. */
export type EventLog = { readonly address: string; readonly topics: readonly string[]; readonly data: string };

export const addressTopic = (address: string): string => `0x${address.slice(2).padStart(64, "0")}`;
export const wordOf = (hex: string): Uint8Array => Buffer.from(hex.padStart(64, "0"), "hex");

const known = new WeakMap<SimMarket, readonly [Uint8Array, Uint8Array]>();

/** Both token ids as ABI words. */
export function tokenWords(market: SimMarket): readonly [Uint8Array, Uint8Array] {
  let words = known.get(market);
  if (words === undefined) {
    const [first, second] = market.tokenIds();
    words = [wordOf(BigInt(first).toString(16)), wordOf(BigInt(second).toString(16))];
    known.set(market, words);
  }
  return words;
}
