import type { TokenId } from "../ids/ids.ts";
import type { Side } from "./fill.ts";
import {
  bitAt,
  copyOf,
  createMemory,
  DATA_START,
  isZeroAt,
  malformed,
  mixed,
  slotOf,
  tokenIdAt,
  WORD,
} from "./hex-words.ts";

/** What the first two words of a fill and of a match say: which token, and which way. */
export type AssetHead = { readonly side: Side; readonly tokenId: TokenId };

export type HeadLayout = "assets" | "side and token";

const FIRST = DATA_START;
const SECOND = DATA_START + WORD;
const THIRD = DATA_START + 2 * WORD;
/** The padding of the amount that follows: it is nearly always zero, so that it is compared in the same go. */
const HEAD_END = THIRD + WORD - 16;
const PADDING = "0".repeat(WORD - 16);

const NONE: AssetHead = { side: "BUY", tokenId: "" as TokenId };
const assetHeads = createMemory(NONE);
const sideHeads = createMemory(NONE);

/**
 * Reads the head of a fill or a match, and makes sure that the amount behind it has no high bits.
 * A market trades thousands of times, so that the head was mostly read before, and a comparison does.
 * @throws PayloadError
 */
export function assetHead(data: string, layout: HeadLayout): AssetHead {
  const memory = layout === "assets" ? assetHeads : sideHeads;
  const slot = slotOf(mixed(mixed(0, data, FIRST, SECOND), data, SECOND, THIRD));
  const key = data.slice(FIRST, HEAD_END);
  if (memory.keys[slot] === key) return memory.values[slot] as AssetHead;
  const head = layout === "assets" ? readAssets(data) : readSide(data);
  if (!data.startsWith(PADDING, THIRD)) throw malformed("an amount beyond 2^63-1");
  memory.keys[slot] = copyOf(key);
  memory.values[slot] = head;
  return head;
}

/** V1 names an asset on each side; the one that is zero is the collateral. */
function readAssets(data: string): AssetHead {
  const paysCollateral = isZeroAt(data, FIRST);
  if (paysCollateral === isZeroAt(data, SECOND)) throw malformed("not exactly one of the two assets is collateral");
  return paysCollateral
    ? { side: "BUY", tokenId: tokenIdAt(data, SECOND) }
    : { side: "SELL", tokenId: tokenIdAt(data, FIRST) };
}

const readSide = (data: string): AssetHead => ({
  side: bitAt(data, FIRST) === 0 ? "BUY" : "SELL",
  tokenId: tokenIdAt(data, SECOND),
});
