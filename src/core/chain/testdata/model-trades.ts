import type { Address } from "../../ids/ids.ts";
import type { ModelChain } from "./model-chain.ts";
import { type Match, type Matching, match, type Venue } from "./model-exchanges.ts";
import { BINARY, EVENTS, OPEN, pickOf, type Seed, USERS } from "./model-world.ts";

const VENUES: readonly Venue[] = ["V1", "V1 neg-risk", "V2", "V2 neg-risk", "V3"];

/** One match at any venue, of one kind or mixed. @returns the fee in shares of a V1 taker. */
export function trade(chain: ModelChain, { what, a, pick, amount, flag }: Seed): bigint {
  const venue = pickOf(VENUES, pick);
  const market = venue === "V3" ? BINARY : venue.includes("neg-risk") ? pickOf(EVENTS[0].markets, pick >> 3) : OPEN;
  const side = flag ? "BUY" : "SELL";
  const other: Matching = flag ? "MINT" : "MERGE";
  const kinds: readonly Matching[] =
    what === 16 ? ["COMPLEMENTARY"] : what === 17 ? [other] : ["COMPLEMENTARY", other, "COMPLEMENTARY"];
  const makers = kinds.map((matching, index) => ({
    wallet: USERS[(a + 1 + index) % USERS.length] as Address,
    matching,
    size: amount + BigInt(index),
  }));
  const order: Match = {
    venue,
    market,
    taker: USERS[a] as Address,
    side,
    outcome: (pick >> 4) % 2 === 0 ? 0 : 1,
    makers,
  };
  return match(chain, order);
}
