import { type Hex, hexToBytes, keccak256 } from "viem";
import type { RpcLog } from "./log.ts";

const BLOOM_BYTES = 256;
const EMPTY_BLOOM = `0x${"00".repeat(BLOOM_BYTES)}`;
/** Addresses and event topics come again in every block; wallets and orders do not. */
const known = new Map<string, readonly number[]>();

/** The three bits of one address or topic (Yellow Paper, 4.3.1). */
function bitsOf(value: string, isCommon: boolean): readonly number[] {
  const cached = known.get(value);
  if (cached !== undefined) return cached;
  const hash = hexToBytes(keccak256(value as Hex));
  const bits = [0, 2, 4].map((i) => (((hash[i] ?? 0) << 8) | (hash[i + 1] ?? 0)) & 2047);
  if (isCommon) known.set(value, bits);
  return bits;
}

/** `logsBloom` of a header, so that a reader can tell an empty block from an answer with its logs left out. */
export function logsBloom(logs: readonly RpcLog[]): string {
  if (logs.length === 0) return EMPTY_BLOOM;
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const log of logs) {
    for (const [position, value] of [log.address, ...log.topics].entries()) {
      for (const bit of bitsOf(value, position < 2)) {
        const byte = BLOOM_BYTES - 1 - (bit >> 3);
        bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
      }
    }
  }
  return `0x${Buffer.from(bloom).toString("hex")}`;
}
