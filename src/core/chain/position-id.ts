import type { Brand } from "../brand.ts";
import { PayloadError } from "../errors.ts";
import { type MarketId, type TokenId, toTokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";

/**
 * Protocol V2 position ids (PositionManager, ExchangeV3) are structured, so token → condition and outcome is pure
 * arithmetic (on-chain sheet, section 4). High to low bits: module 8, base hash 128, arity 16, reserved 64,
 * resolution chain 16, condition index 16, outcome 8.
 */
export type PositionIdParts = {
  readonly module: PositionModule;
  /** `positionId >> 8`: 31 bytes as lower-case `0x…`. */
  readonly conditionId: MarketId;
  /** The 29-byte prefix that all conditions of one event share. */
  readonly eventId: ProtocolEventId;
  readonly arity: number;
  readonly conditionIndex: number;
  readonly outcomeIndex: OutcomeIndex;
};

export type ProtocolEventId = Brand<string, "ProtocolEventId">;

/** Combinatorial positions (parlays) have no order book: an asset class of their own, never copied into. */
export type PositionModule = "binary" | "negRisk" | "combinatorial" | "directional";

const MODULES: readonly (PositionModule | undefined)[] = [
  undefined,
  "binary",
  "negRisk",
  "combinatorial",
  "directional",
];

const hex = (value: bigint, bytes: number): string => `0x${value.toString(16).padStart(2 * bytes, "0")}`;
const bits = (value: bigint, shift: bigint, width: bigint): number => Number((value >> shift) & ((1n << width) - 1n));

/** @throws PayloadError when the id does not have this layout (a CTF token id, for instance). */
export function decodePositionId(tokenId: TokenId): PositionIdParts {
  const id = BigInt(tokenId);
  const module = MODULES[bits(id, 248n, 8n)];
  const outcomeIndex = bits(id, 0n, 8n);
  if (module === undefined || (outcomeIndex !== 0 && outcomeIndex !== 1)) {
    throw new PayloadError("POSITION_ID_UNKNOWN", `not a Protocol V2 position id: ${tokenId}`);
  }
  return {
    module,
    conditionId: hex(id >> 8n, 31) as MarketId,
    eventId: hex(id >> 24n, 29) as ProtocolEventId,
    arity: bits(id, 104n, 16n),
    conditionIndex: bits(id, 8n, 16n),
    outcomeIndex,
  };
}

/** Both tokens of a 31-byte condition: the outcome is the lowest byte. */
export function positionTokens(conditionId: MarketId): readonly [TokenId, TokenId] {
  const first = BigInt(conditionId) << 8n;
  return [toTokenId(first), toTokenId(first | 1n)];
}

/** Whether a token is a position of Protocol V2: the reserved bits are empty, which no hash of the CTF has. */
export function isPositionToken(tokenId: TokenId): boolean {
  const id = BigInt(tokenId);
  return MODULES[bits(id, 248n, 8n)] !== undefined && bits(id, 40n, 64n) === 0 && bits(id, 0n, 8n) <= 1;
}

/** Condition ids of the CTF have 32 bytes, those of Protocol V2 have 31. */
export const isProtocolCondition = (marketId: MarketId): boolean => marketId.length === 2 + 62;
