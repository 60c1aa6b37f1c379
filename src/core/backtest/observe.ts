/** A row of the past as the executor would have been given it. */
import type { OrderHash } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { shares, usd } from "../money/amounts.ts";
import type { MarketFacts, ObservedFill } from "../signals/observed-fill.ts";
import { addMs, epochMs } from "../time/time.ts";
import { type FillBatch, type HistoryFacts, TRAIT } from "./history.ts";

type Seen = { readonly delayMs: number; readonly heldBefore: bigint | null; readonly orderHash: OrderHash };

export function observeFill(
  facts: HistoryFacts,
  batch: FillBatch,
  row: number,
  { delayMs, heldBefore, orderHash }: Seen,
): ObservedFill {
  const occurredAt = epochMs(batch.occurredAt[row] as number);
  return {
    blockNumber: batch.blockNumber[row] as number,
    logIndex: batch.logIndex[row] as number,
    orderHash,
    wallet: facts.address(batch.wallet[row] as number),
    side: ((batch.traits[row] as number) & TRAIT.sell) === 0 ? "BUY" : "SELL",
    tokenId: facts.tokenId(batch.token[row] as number),
    size: shares(BigInt(batch.size[row] as number)),
    cash: usd(BigInt(batch.cash[row] as number)),
    occurredAt,
    knownAt: addMs(occurredAt, delayMs),
    heldBefore: heldBefore === null ? null : shares(heldBefore),
  };
}

export function describeMarket(facts: HistoryFacts, market: number, outcome: OutcomeIndex): MarketFacts {
  const info = facts.markets[market];
  return {
    marketId: (info?.marketId ?? "") as MarketFacts["marketId"],
    outcomeIndex: outcome,
    title: info?.title ?? null,
    outcome: info?.outcomes[outcome] ?? null,
    category: info?.category ?? null,
    eventId: info?.eventId ?? null,
    endsAt: info?.endsAt ?? null,
    tickSize: info?.tickSize ?? null,
  };
}
