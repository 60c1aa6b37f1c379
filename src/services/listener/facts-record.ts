import type { ChainFacts } from "../../core/chain/chain-facts.ts";
import { protocolMarket, protocolMarketsOf } from "../../core/chain/protocol-markets.ts";
import type { MarketId } from "../../core/ids/ids.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { StoredFill } from "../../ports/chain-store.ts";
import type { ContractHalt, FactsRecord, StoredEffect } from "../../ports/lifecycle.ts";

/** @param timeOf of a block of the range that has a log */
export function factsRecord(
  facts: ChainFacts,
  fills: readonly StoredFill[],
  effects: readonly StoredEffect[],
  halts: readonly ContractHalt[],
  timeOf: (blockNumber: number) => EpochMs,
): FactsRecord {
  const { events, combos, negRisk, owners, labels, upgrades } = facts;
  const combined = combos.map(({ args, blockNumber }) => ({
    marketId: args.conditionId as MarketId,
    legs: args.legs.map(String),
    blockNumber,
  }));
  const traded = protocolMarketsOf(
    fills.map(({ fill }) => fill),
    effects.map(({ effect }) => effect),
  );
  const markets = new Map(traded.map((market) => [market.marketId, market]));
  for (const { marketId } of combined) markets.set(marketId, protocolMarket(marketId));
  return {
    protocolMarkets: [...markets.values()],
    protocolEvents: events.map(({ args, blockNumber }) => ({
      eventId: args.eventId,
      isMigrated: BigInt(args.legacyEventId) !== 0n,
      blockNumber,
    })),
    combos: combined,
    negRiskMarkets: negRisk.flatMap((event) =>
      event.name === "negRiskMarketPrepared"
        ? [{ negRiskMarketId: event.args.marketId, feeBips: event.args.feeBips, blockNumber: event.blockNumber }]
        : [],
    ),
    negRiskQuestions: negRisk.flatMap(({ name, args, blockNumber, logIndex }) =>
      name === "negRiskQuestionPrepared" ? [{ negRiskMarketId: args.marketId, blockNumber, logIndex }] : [],
    ),
    owners: [...new Map(owners.map((each) => [each.owner, each])).values()],
    labels,
    upgrades: upgrades.map(({ address, args, blockNumber, logIndex }) => ({
      ...{ address, implementation: args.implementation, blockNumber, logIndex },
      upgradedAt: timeOf(blockNumber),
    })),
    halts,
  };
}
