import type { MarketId, TokenId } from "../../ids/ids.ts";
import { decodeFill, isFillTopic } from "../decode-fill.ts";
import type { RawLog } from "../fill.ts";
import { type Attribution, attributeLifecycle, type LifecycleContext } from "../lifecycle.ts";
import { decodeLifecycle } from "../lifecycle-event.ts";
import { ModelChain, type ModelMarket, user } from "./model-chain.ts";

export const A = user(0);
export const B = user(1);
export const CTF = "conditionalTokens";

export const NOTHING_KNOWN: LifecycleContext = { negRiskMarket: () => null };

/** Decodes and attributes the logs of one transaction. */
export function attribute(logs: readonly RawLog[], context = NOTHING_KNOWN): Attribution {
  const events = logs.map(decodeLifecycle).filter((event) => event !== null);
  const fills = logs.filter(({ topics }) => isFillTopic(topics[0])).map(decodeFill);
  return attributeLifecycle({ events, fills }, context);
}

/** Two users hold `amount` of every token of the markets, from earlier transactions. */
export function holding(markets: readonly ModelMarket[], amount = 1_000n): ModelChain {
  const chain = new ModelChain();
  for (const { tokens } of markets) {
    for (const token of tokens) for (const each of [A, B]) chain.balances.set(`${CTF} ${each} ${token}`, amount);
  }
  return chain;
}

export const change = (tokenId: TokenId, marketId: MarketId, outcome: 0 | 1, amount: bigint) => ({
  tokenId,
  marketId,
  outcome,
  amount,
});
