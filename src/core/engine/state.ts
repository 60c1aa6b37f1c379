import { type CopyRules, NO_COPY_RULES } from "../copy/copy-rules.ts";
import { noneSpent, type Spent } from "../copy/spent.ts";
import type { Execution } from "../execution/order.ts";
import type { ExitRequest, Position, TradingMode } from "../execution/position.ts";
import type { SignalModel } from "../model/price-model.ts";
import { addUsd, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { type DayRecord, type EquityRecord, startDay, startEquity } from "../performance/day.ts";
import type { ApprovedOrder } from "../risk/check-order.ts";
import type { RiskLimits, TradingState } from "../risk/limits.ts";
import type { LiveGate } from "../risk/live-gate.ts";
import { type Protections, startProtections } from "../risk/protections.ts";
import type { RecentTrigger } from "../signals/conflict.ts";
import type { Episode } from "../signals/episode.ts";
import type { LeaderExit } from "../signals/exit-follow.ts";
import type { PanicSell } from "../signals/fade-degen.ts";
import type { Signal } from "../signals/signal.ts";
import type { SignalRules } from "../signals/signal-rules.ts";
import type { SizingConfig } from "../sizing/kelly.ts";
import type { EpochMs } from "../time/time.ts";
import { NO_SHARDS, type Shards } from "./shards.ts";
import { NO_USED_ORDERS, type UsedOrders } from "./used-orders.ts";

/** Everything that a decision depends on besides the events. */
export type EngineConfig = {
  readonly mode: TradingMode;
  readonly capitalUsd: UsdMicros;
  readonly signals: SignalRules;
  readonly sizing: SizingConfig;
  readonly limits: RiskLimits;
  readonly copy: CopyRules;
  /** Of the strategy file's text; null: none was read. */
  readonly strategyHash: string | null;
  /** Absent: every signal type that is switched on may trade, as on paper. */
  readonly gate?: LiveGate;
  /** Absent: ML_PREDICTION is switched off. */
  readonly model?: SignalModel;
};

/** As an older version wrote it into the journal. */
export const upgradeConfig = (config: EngineConfig): EngineConfig =>
  (config.copy as CopyRules | undefined) === undefined
    ? { ...config, copy: NO_COPY_RULES, strategyHash: null }
    : config;

/** What happens to an entry that has no position; its position's, once there is one. */
type EntryNews = {
  /** What the leader has sold since. */
  readonly leaderExit?: LeaderExit | null;
  /** Why what the order brings is to be sold. */
  readonly exit?: Pick<ExitRequest, "reason" | "signalId">;
};

export type OrderInFlight = EntryNews & {
  readonly order: ApprovedOrder;
  readonly submittedAt: EpochMs;
  /** What it may still take from the account: stake and the highest fee. 0 for a sell. */
  readonly worstCostUsd: UsdMicros;
  /** Of an order that rests: what of it is booked already. */
  readonly booked?: readonly Execution[];
  /** It rests, and is to be taken back. */
  readonly isWithdrawn?: true;
};

/** Live: an order whose answer is booked, kept a while because the venue may still correct itself. */
export type AnsweredOrder = EntryNews & {
  readonly order: ApprovedOrder;
  readonly executions: readonly Execution[];
  /** Of an entry that came to nothing; a position knows its own. */
  readonly signal: Signal | null;
};

/**
 * All that the engine knows, as plain values: it is stored and loaded as it is. It holds what still lives; what has
 * ended is in the database. Never changed in place: a step makes a new one that shares the unchanged parts.
 */
export type EngineState = {
  readonly version: 5;
  /** Time of the newest event. */
  readonly at: EpochMs;
  readonly config: EngineConfig;
  readonly tradingState: TradingState;
  readonly entriesStoppedUntil: EpochMs | null;
  readonly protections: Protections;
  /** What the budgets of the strategy file count. */
  readonly spent: Spent;
  /** What the account began with: cash + cost of open positions − realised is this, always. */
  readonly startUsd: UsdMicros;
  readonly cashUsd: UsdMicros;
  readonly realizedUsd: UsdMicros;
  /** PENDING ones, by id. */
  readonly signals: Readonly<Record<string, Signal>>;
  /** Sent or about to be sent, answer not known yet; by client order id. */
  readonly orders: Readonly<Record<string, OrderInFlight>>;
  /** OPEN ones, by id. */
  readonly positions: Readonly<Record<string, Position>>;
  /** Live alone, the newest last; of closed positions those of such orders. */
  readonly answered?: readonly AnsweredOrder[];
  readonly closed?: readonly Position[];
  /** Whales' runs of buying, by wallet and token. */
  readonly episodes: Shards<Episode>;
  readonly usedOrders: UsedOrders;
  /** Whales' signals of the last minute, by market. */
  readonly recentTriggers: Shards<readonly RecentTrigger[]>;
  /** Sells of badly scored wallets in the window, by token. */
  readonly panics: Readonly<Record<string, readonly PanicSell[]>>;
  readonly day: DayRecord;
  readonly equity: EquityRecord;
};

export const createState = (config: EngineConfig, at: EpochMs): EngineState => ({
  version: 5,
  at,
  config,
  tradingState: "ACTIVE",
  entriesStoppedUntil: null,
  protections: startProtections(config.capitalUsd),
  spent: noneSpent(at),
  startUsd: config.capitalUsd,
  cashUsd: config.capitalUsd,
  realizedUsd: ZERO_USD,
  signals: {},
  orders: {},
  positions: {},
  episodes: NO_SHARDS,
  usedOrders: NO_USED_ORDERS,
  recentTriggers: NO_SHARDS,
  panics: {},
  day: startDay(at, config.capitalUsd),
  equity: startEquity(config.capitalUsd),
});

/** Key order is lost in storage, so whatever is walked through is walked in the order of its keys. */
export const sortedValues = <Value>(record: Readonly<Record<string, Value>>): readonly Value[] =>
  Object.keys(record)
    .sort()
    .map((key) => record[key] as Value);

export function openCostUsd(state: EngineState): UsdMicros {
  let total = ZERO_USD;
  for (const position of Object.values(state.positions)) total = addUsd(total, position.openCostUsd);
  return total;
}
