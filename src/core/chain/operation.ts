import { type Address, type MarketId, type TokenId, toTokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { Movement } from "./decode-transfer.ts";
import type { LogPosition } from "./fill.ts";
import type { UnattributedReason } from "./lifecycle-effect.ts";
import { decodePositionId, isProtocolCondition } from "./position-id.ts";

export type TokenOutcome = { readonly marketId: MarketId | null; readonly outcome: OutcomeIndex | null };

/** One call of a contract that makes or destroys tokens, with the movements that belong to it; not yet any wallet's. */
export type Operation = {
  /** "bridge": tokens come from, or go to, another chain. */
  kind: "split" | "merge" | "redeem" | "convert" | "migrate" | "bridge";
  /** Of the outermost event that speaks of it. */
  position: LogPosition;
  /** The contract that did it. */
  address: Address;
  /** The one market it is about; null when it is about several, or about none of the venue's. */
  marketId: MarketId | null;
  /** Whom the event names, the caller first; often infrastructure. */
  named: readonly Address[];
  /** Movements that brought tokens into being. */
  minted: readonly Movement[];
  /** Movements that took tokens away: burned, or sent where they are kept from everybody. */
  taken: readonly Movement[];
  tokens: ReadonlyMap<TokenId, TokenOutcome>;
  /** To whoever did it; negative: from them. */
  cash: bigint;
  /** Its tokens are none of the venue's, or belong to a contract: no wallet is concerned. */
  isForeign: boolean;
  /** Something about it is known to be wrong. */
  problem: UnattributedReason | null;
};

/** What a token of PositionManager is; nothing is known of one whose module was registered after this was written. */
export function positionOutcome(tokenId: TokenId): TokenOutcome {
  const id = BigInt(tokenId);
  const module = id >> 248n;
  if (module < 1n || module > 4n || (id & 0xffn) > 1n) return { marketId: null, outcome: null };
  const { conditionId, outcomeIndex } = decodePositionId(tokenId);
  return { marketId: conditionId, outcome: outcomeIndex };
}

/** The token of one outcome of a 31-byte condition, as its module computes it. */
export const positionToken = (conditionId: string, outcome: OutcomeIndex): TokenId =>
  toTokenId((BigInt(conditionId) << 8n) | BigInt(outcome));

export const isComboMarket = (marketId: MarketId): boolean =>
  isProtocolCondition(marketId) && marketId.startsWith("0x03");

export const outcomesOfPositions = (movements: readonly Movement[]): ReadonlyMap<TokenId, TokenOutcome> =>
  new Map(movements.map(({ tokenId }) => [tokenId, positionOutcome(tokenId)]));
