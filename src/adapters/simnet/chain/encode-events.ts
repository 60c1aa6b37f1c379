import type { Leg, Match } from "../exchange/match.ts";
import { uniqueHash } from "../random/noise.ts";
import type { SimMarket } from "../world/market.ts";
import { sharesOf } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import { CONDITIONAL_TOKENS, exchangeAddress, TOPIC } from "./contracts.ts";

/** What a contract emits; where it stands is the block's business. */
export type EventLog = { readonly address: string; readonly topics: readonly string[]; readonly data: string };

const ZERO_WORD = "0".repeat(64);

const word = (value: number | bigint): string => value.toString(16).padStart(64, "0");
const addressTopic = (address: string): string => `0x${address.slice(2).padStart(64, "0")}`;

const tokenWords = new WeakMap<SimMarket, readonly [string, string]>();
function tokenWord(market: SimMarket, outcome: 0 | 1): string {
  let words = tokenWords.get(market);
  if (words === undefined) {
    const [first, second] = market.tokenIds();
    words = [word(BigInt(first)), word(BigInt(second))];
    tokenWords.set(market, words);
  }
  return words[outcome];
}

/** What the order gives, and what it gets. Gross of the fee. */
const amounts = (leg: Leg): string =>
  leg.side === "BUY" ? word(leg.cash) + word(sharesOf(leg.lots)) : word(sharesOf(leg.lots)) + word(leg.cash);

/** V1 names both assets, 0 being the collateral; V2 names side and token. */
function sideAndToken(match: Match, leg: Leg): string {
  const token = tokenWord(match.market, leg.outcome);
  if (match.version === 2) return word(leg.side === "BUY" ? 0 : 1) + token;
  return leg.side === "BUY" ? ZERO_WORD + token : token + ZERO_WORD;
}

const orderHash = (key: number, match: Match, leg: Leg): string =>
  uniqueHash(key, leg.wallet * 0x10_0000 + match.market.index, ...leg.key);

/**
 * The logs of one match in the contract's order: every maker's `OrderFilled`, the taker's own (whose taker topic is the
 * exchange), then `OrdersMatched`, which repeats the taker's amounts (on-chain sheet, section 2.2).
 */
export function encodeMatch(match: Match, wallets: readonly SimWallet[], hashKey: number): readonly EventLog[] {
  const address = exchangeAddress(match.version, match.market.negRisk);
  const v1 = match.version === 1;
  const walletOf = (leg: Leg): string => wallets[leg.wallet]?.address ?? "0x";
  const filled = (leg: Leg, counterparty: string): EventLog => {
    const builder = wallets[leg.wallet]?.builder?.slice(2) ?? ZERO_WORD;
    const rest = v1 ? word(leg.fee) : word(leg.fee) + builder + ZERO_WORD;
    return {
      address,
      topics: [
        v1 ? TOPIC.orderFilledV1 : TOPIC.orderFilledV2,
        orderHash(hashKey, match, leg),
        addressTopic(walletOf(leg)),
        addressTopic(counterparty),
      ],
      data: `0x${sideAndToken(match, leg)}${amounts(leg)}${rest}`,
    };
  };
  const { taker } = match;
  return [
    ...match.makers.map((maker) => filled(maker, walletOf(taker))),
    filled(taker, address),
    {
      address,
      topics: [
        v1 ? TOPIC.ordersMatchedV1 : TOPIC.ordersMatchedV2,
        orderHash(hashKey, match, taker),
        addressTopic(walletOf(taker)),
      ],
      data: `0x${sideAndToken(match, taker)}${amounts(taker)}`,
    },
  ];
}

const conditionTopics = (topic: string, market: SimMarket): readonly string[] => [
  topic,
  market.conditionId,
  addressTopic(market.oracle),
  market.questionId,
];

export const encodePreparation = (market: SimMarket): EventLog => ({
  address: CONDITIONAL_TOKENS,
  topics: conditionTopics(TOPIC.conditionPreparation, market),
  data: `0x${word(2)}`,
});

export const encodeResolution = (market: SimMarket): EventLog => ({
  address: CONDITIONAL_TOKENS,
  topics: conditionTopics(TOPIC.conditionResolution, market),
  // outcomeSlotCount, offset of the array, its length, its items.
  data: `0x${word(2)}${word(64)}${word(2)}${word(market.payout[0])}${word(market.payout[1])}`,
});
