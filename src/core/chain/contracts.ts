import { type Address, parseAddress } from "../ids/ids.ts";
import type { ExchangeVersion } from "./fill.ts";

/** Polygon PoS. */
export const POLYGON_CHAIN_ID = 137;

export type Exchange = {
  readonly address: Address;
  readonly version: ExchangeVersion;
  readonly name: string;
  /** First block that can hold its logs; null where the deployment block is not known (on-chain sheet, section 1.5). */
  readonly firstBlock: number | null;
};

const exchange = (text: string, version: ExchangeVersion, name: string, firstBlock: number | null): Exchange => ({
  address: parseAddress(text),
  version,
  name,
  firstBlock,
});

/** Every contract that emits `OrderFilled` (on-chain sheet, section 1.1). */
export const EXCHANGES: readonly Exchange[] = [
  exchange("0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e", 1, "V1", 33_605_403),
  exchange("0xc5d563a36ae78145c45a50134d48a1215220f80a", 1, "V1 neg-risk", 50_505_492),
  exchange("0xe111180000d2663c0091e4f400237545b87b996b", 2, "V2", 84_902_353),
  exchange("0xe2222d279d744050d28e00520010520000310f59", 2, "V2 neg-risk", 84_902_353),
  exchange("0xe2222d002000ba0053cef3375333610f64600036", 2, "V2 B", 84_902_320),
  exchange("0xe3333700ca9d93003f00f0f71f8515005f6c00aa", 3, "V3", null),
];

/** V2 carries nearly all of the volume. */
const busiestFirst = [...EXCHANGES].sort((a, b) => Number(b.version === 2) - Number(a.version === 2));

/** @returns null for an address that is no exchange. A few comparisons that end early are faster than hashing the text. */
export function exchangeVersion(address: Address): ExchangeVersion | null {
  for (const each of busiestFirst) if (each.address === address) return each.version;
  return null;
}

/** Conditional Tokens, the ERC-1155 that holds the outcome tokens of V1 and V2. */
export const CONDITIONAL_TOKENS = parseAddress("0x4d97dcd97ec945f40cf65f87097ace5ea0476045");
export const NEG_RISK_ADAPTER = parseAddress("0xd91e80cf2e7be2e162c6513ced06f1dd0da35296");
/** Collateral of standard markets at the level of Conditional Tokens, before and after pUSD. */
export const USDC_E = parseAddress("0x2791bca1f2de4661ed88a30c99a7a9449aa84174");
/** Collateral of neg-risk markets at the level of Conditional Tokens. */
export const WRAPPED_COLLATERAL = parseAddress("0x3a3bd7bb9528e159577f7c2e685cc81a765002e2");
