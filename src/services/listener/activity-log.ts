import { formatShares, formatUsd, priceOf, sumUsd, toNumber } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { StoredFill } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { warnOfContracts } from "./contract-halts.ts";
import type { StepResult } from "./ingestor.ts";
import type { ListenerConfig } from "./listener-config.ts";
import type { MarketTitles } from "./market-titles.ts";

export type ActivityLog = {
  /** @param lagBlocks between what is covered and the head. */
  report(step: StepResult, lagBlocks: number): void;
};

const nothing = { blocks: 0, fills: 0, matches: 0, volumeUsd: 0, quarantined: 0 };

/** Trades in the log without drowning it: the large ones one by one while live, all of them in a sum now and then. */
export function createActivityLog(
  clock: Clock,
  logger: Logger,
  titles: MarketTitles,
  config: Pick<ListenerConfig, "notableTradeUsd" | "summaryMs" | "liveWindowMs">,
): ActivityLog {
  let sum = nothing;
  let summedAt: EpochMs = clock.nowMs();

  function reportNotable({ fill, occurredAt }: StoredFill): void {
    const title = titles.of(fill.tokenId);
    logger.info("trade", {
      side: fill.side,
      outcome: title?.outcome ?? null,
      market: title?.market ?? fill.tokenId,
      price: toNumber(priceOf(fill.cash, fill.size, "halfEven")),
      usd: formatUsd(fill.cash),
      shares: formatShares(fill.size),
      wallet: fill.wallet,
      block: fill.blockNumber,
      ageMs: clock.nowMs() - occurredAt,
    });
  }

  /** Cash of the takers: summing every leg would count each match twice. */
  function add(step: StepResult & { kind: "extended" }): void {
    const { record, matches, receivedAt } = step;
    const takers = record.fills.filter(({ fill }) => fill.role === "taker");
    sum = {
      blocks: sum.blocks + record.toBlock - record.fromBlock + 1,
      fills: sum.fills + record.fills.length,
      matches: sum.matches + matches,
      volumeUsd: sum.volumeUsd + toNumber(sumUsd(takers.map(({ fill }) => fill.cash))),
      quarantined: sum.quarantined + record.quarantined.length,
    };
    const liveFrom = receivedAt - config.liveWindowMs;
    for (const stored of takers) {
      if (stored.fill.cash >= config.notableTradeUsd && stored.occurredAt >= liveFrom) reportNotable(stored);
    }
  }

  return {
    report(step, lagBlocks) {
      if (step.kind === "retracted") logger.warn("reorg", { lastGoodBlock: step.lastGoodBlock, depth: step.depth });
      if (step.kind === "shrunk") logger.debug("range shrunk", { rangeBlocks: step.rangeBlocks });
      if (step.kind === "extended") {
        add(step);
        warnOfContracts(logger, step.record.facts);
        const { fromBlock, toBlock, fills, quarantined } = step.record;
        logger.debug("blocks", { fromBlock, toBlock, fills: fills.length });
        for (const { log, reason } of quarantined) {
          logger.warn("log quarantined", {
            block: log.blockNumber,
            logIndex: log.logIndex,
            txHash: log.txHash,
            reason,
          });
        }
      }
      if (sum.blocks > 0 && clock.nowMs() - summedAt >= config.summaryMs) {
        logger.info("trades", { ...sum, lagBlocks });
        sum = nothing;
        summedAt = clock.nowMs();
      }
    },
  };
}
