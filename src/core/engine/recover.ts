import { noneSpent } from "../copy/spent.ts";
import { tierOf } from "../reputation/tiers.ts";
import { DEFAULT_RISK_LIMITS } from "../risk/limits.ts";
import { startProtections } from "../risk/protections.ts";
import type { RecentTrigger } from "../signals/conflict.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import type { Command } from "./command.ts";
import { NO_SHARDS, setShard } from "./shards.ts";
import { createState, type EngineState, sortedValues, upgradeConfig } from "./state.ts";
import { NO_USED_ORDERS } from "./used-orders.ts";

/**
 * What was wanted and not answered when the last process ended: to be done again after a start. Orders first. Asking
 * again is harmless: an order keeps its id, and an answer that is no longer awaited changes nothing.
 */
export function pendingCommands(state: EngineState): readonly Command[] {
  const orders = sortedValues(state.orders).map(({ order }): Command => ({ kind: "placeOrder", order }));
  const withdrawn = sortedValues(state.orders)
    .filter(({ isWithdrawn }) => isWithdrawn === true)
    .map(({ order: { clientOrderId } }): Command => ({ kind: "cancelOrder", clientOrderId }));
  const exits = sortedValues(state.positions)
    .filter((position) => position.exit?.stage === "AWAITING_BOOK")
    .map(
      ({ id: positionId, marketId, tokenId }): Command => ({
        kind: "requestBook",
        subject: { kind: "exit", positionId },
        marketId,
        tokenId,
      }),
    );
  const signals = sortedValues(state.signals)
    .filter((signal) => signal.side === "BUY" && signal.stage === "AWAITING_BOOK")
    .map(
      ({ id: signalId, marketId, tokenId }): Command => ({
        kind: "requestBook",
        subject: { kind: "signal", signalId },
        marketId,
        tokenId,
      }),
    );
  return [...orders, ...withdrawn, ...exits, ...signals];
}

/** A state as an older version stored it: what it did not know begins anew, what it held stays. */
export function upgradeState(stored: EngineState): EngineState {
  switch (stored.version as number) {
    case 5:
      return stored;
    case 4:
      return addUsedOrders(stored);
    case 3:
      return addUsedOrders(shardTriggers(stored));
    case 2:
      return addUsedOrders(shardTriggers(addCopying(stored)));
    default:
      return addUsedOrders(shardTriggers(addCopying(addProtections(stored))));
  }
}

const addUsedOrders = (stored: EngineState): EngineState => ({
  ...stored,
  version: 5,
  usedOrders: NO_USED_ORDERS,
});

function shardTriggers(stored: EngineState): EngineState {
  const record = stored.recentTriggers as unknown as Readonly<Record<string, readonly RecentTrigger[]>>;
  const recentTriggers = Object.entries(record).reduce(
    (shards, [market, list]) => setShard(shards, market, list),
    NO_SHARDS as EngineState["recentTriggers"],
  );
  return { ...stored, recentTriggers };
}

function addCopying(stored: EngineState): EngineState {
  const positions = Object.entries(stored.positions).map(([id, each]) => [id, { ...each, leaderTier: null }]);
  const signals = Object.entries(stored.signals).map(([id, each]) => {
    const { walletScore, walletTier = tierOf(walletScore) } = each.trigger;
    const trigger = { ...each.trigger, walletTier };
    return [id, { ...each, category: null, trigger }];
  });
  return {
    ...{ ...stored, config: upgradeConfig(stored.config), spent: noneSpent(stored.at) },
    ...{ positions: Object.fromEntries(positions), signals: Object.fromEntries(signals) },
  };
}

function addProtections(stored: EngineState): EngineState {
  const fresh = createState(stored.config, stored.at);
  const limits = { ...DEFAULT_RISK_LIMITS, ...stored.config.limits };
  const signals = { ...DEFAULT_SIGNAL_RULES, ...stored.config.signals };
  const protections = startProtections(stored.equity.equityUsd);
  const config = { ...stored.config, limits, signals };
  return { ...fresh, ...stored, config, protections, episodes: NO_SHARDS };
}

/** The state without its evidence, which is large and comes again with the journal. */
export const moneyOf = (state: EngineState): EngineState => ({
  ...state,
  episodes: NO_SHARDS,
  usedOrders: NO_USED_ORDERS,
  recentTriggers: NO_SHARDS,
  panics: {},
});

/** The stored money with the evidence of a replay up to the same step: a start never trades it anew by changed rules. */
export const withMoney = (replayed: EngineState, money: EngineState): EngineState => ({
  ...money,
  episodes: replayed.episodes,
  usedOrders: replayed.usedOrders,
  recentTriggers: replayed.recentTriggers,
  panics: replayed.panics,
});
