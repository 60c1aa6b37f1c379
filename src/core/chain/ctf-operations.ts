import type { Address, MarketId, TokenId } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";
import type { DecodedEvent } from "./decode-event.ts";
import type { Movement } from "./decode-transfer.ts";
import { infrastructureOf, ZERO_ADDRESS } from "./infrastructure.ts";
import type { Operation, TokenOutcome } from "./operation.ts";

/** Both tokens of a condition, in the order of the outcomes. */
export type TokensOf = (marketId: MarketId, collateral: Address) => readonly [TokenId, TokenId];

type SupplyEvent = DecodedEvent<"ctfSplit" | "ctfMerge" | "ctfRedemption">;

const ROOT_COLLECTION = `0x${"0".repeat(64)}`;

/** Whose tokens an event of Conditional Tokens is about. */
export const stakeholderOf = (event: SupplyEvent): Address =>
  event.name === "ctfRedemption" ? event.args.redeemer : event.args.stakeholder;

/**
 * Only collateral of the venue, no deeper collections, two outcomes (on-chain sheet, section 5.1): everybody may use
 * the contract. A split or merge of some of three or more outcomes shows by the token of their union being burned or
 * made, so it never looks like one of two.
 * @param movements what was minted to or burned from the stakeholder since the last event about them, in log order.
 */
export function ctfOperation(event: SupplyEvent, movements: readonly Movement[], tokensOf: TokensOf): Operation {
  const minted = movements.filter(({ from }) => from === ZERO_ADDRESS);
  const taken = movements.filter(({ from }) => from !== ZERO_ADDRESS);
  const stakeholder = stakeholderOf(event);
  const collateral = event.args.collateralToken;
  const tokens = ctfTokens(event, minted, taken, tokensOf);
  return {
    kind: event.name === "ctfSplit" ? "split" : event.name === "ctfMerge" ? "merge" : "redeem",
    position: { blockNumber: event.blockNumber, logIndex: event.logIndex },
    address: event.address,
    marketId: event.args.conditionId as MarketId,
    named: [stakeholder],
    minted,
    taken,
    tokens: tokens ?? new Map(),
    cash: ctfCash(event),
    isForeign:
      tokens === null ||
      (collateral !== USDC_E && collateral !== WRAPPED_COLLATERAL) ||
      event.args.parentCollectionId !== ROOT_COLLECTION ||
      infrastructureOf(stakeholder)?.kind === "module",
    problem: null,
  };
}

function ctfCash(event: SupplyEvent): bigint {
  switch (event.name) {
    case "ctfSplit":
      return -event.args.amount;
    case "ctfMerge":
      return event.args.amount;
    case "ctfRedemption":
      return event.args.payout;
  }
}

/** Null when the tokens cannot be those of a condition with two outcomes. */
function ctfTokens(
  event: SupplyEvent,
  minted: readonly Movement[],
  taken: readonly Movement[],
  tokensOf: TokensOf,
): ReadonlyMap<TokenId, TokenOutcome> | null {
  const marketId = event.args.conditionId as MarketId;
  const indexSets = event.name === "ctfRedemption" ? event.args.indexSets : event.args.partition;
  const outcomes = indexSets.map(outcomeOfIndexSet);
  const moved = event.name === "ctfSplit" ? minted : taken;
  const other = event.name === "ctfSplit" ? taken : minted;
  if (outcomes.includes(null) || new Set(outcomes).size !== outcomes.length || other.length > 0) return null;
  if (event.name !== "ctfRedemption" && outcomes.length !== 2) return null;
  if (moved.length === 0) return new Map();
  // A batch, and the burns of a redemption, follow the order of the index sets; a redemption leaves out what is zero.
  if (moved.length === outcomes.length) {
    return new Map(moved.map(({ tokenId }, index) => [tokenId, { marketId, outcome: outcomes[index] ?? null }]));
  }
  const both = tokensOf(marketId, event.args.collateralToken);
  const known = moved.map(({ tokenId }) => both.indexOf(tokenId));
  if (known.includes(-1)) return null;
  return new Map(moved.map(({ tokenId }, index) => [tokenId, { marketId, outcome: known[index] as OutcomeIndex }]));
}

function outcomeOfIndexSet(indexSet: bigint): OutcomeIndex | null {
  return indexSet === 1n ? 0 : indexSet === 2n ? 1 : null;
}
