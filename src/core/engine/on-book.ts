import { copyTermsOf } from "../copy/copy-checks.ts";
import type { Leader } from "../copy/copy-rules.ts";
import { addSpent } from "../copy/spent.ts";
import { describeView, type MarketView } from "../execution/market-view.ts";
import { entryOrderId, exitOrderId, type OrderRequest, positionId } from "../execution/order.ts";
import { simulatePaperFill } from "../execution/paper-fill.ts";
import type { ExitRequest, Position } from "../execution/position.ts";
import { reverseControl, reverseLimitPrice } from "../execution/reverse-control.ts";
import type { SignalId } from "../ids/ids.ts";
import { type PriceMicros, price } from "../money/amounts.ts";
import { withEntry } from "../record.ts";
import { type ApprovedOrder, checkOrder, type Decision } from "../risk/check-order.ts";
import type { EntryIntent, ExitIntent } from "../risk/order-intent.ts";
import { modelPrice } from "../signals/ml-prediction.ts";
import type { Signal } from "../signals/signal.ts";
import { viewAccount } from "./account.ts";
import { andThen, type ChangedRow, type StepResult, unchanged } from "./command.ts";
import type { EventOf } from "./event.ts";
import { pauseExit, retryExit, withPosition } from "./exits.ts";
import { expireSignal, skipSignal, updateSignal } from "./signals.ts";
import type { EngineState } from "./state.ts";

type BookObserved = EventOf<"bookObserved">;

/** The book that a signal or an exit asked for: now the one check, then the order or the reason why not. */
export function onBook(state: EngineState, event: BookObserved): StepResult {
  const { subject } = event;
  if (subject.kind === "signal") {
    const signal = state.signals[subject.signalId];
    if (signal === undefined || signal.stage === "ORDER_IN_FLIGHT") return unchanged(state);
    return event.at > signal.expiresAt ? expireSignal(state, signal) : decideEntry(state, event, signal);
  }
  const position = state.positions[subject.positionId];
  if (position === undefined || position.exit === null || position.exit.stage !== "AWAITING_BOOK")
    return unchanged(state);
  return decideExit(state, event, position, position.exit);
}

function decideEntry(state: EngineState, { view, at }: BookObserved, signal: Signal): StepResult {
  const copy = copyTermsOf(state.config, signal);
  const intent: EntryIntent = {
    kind: "entry",
    clientOrderId: entryOrderId(signal.id),
    positionId: positionId(signal.id),
    signalId: signal.id,
    marketId: signal.marketId,
    tokenId: signal.tokenId,
    outcomeIndex: signal.outcomeIndex,
    capPrice: capOf(signal, view),
    confidence: signal.confidence,
    evidence: {
      // A model's probability is never staked on beyond what is proven of it.
      confidence: signal.model?.lowerProbability ?? signal.confidence,
      isProven: signal.model !== undefined,
      triggerPrice: signal.trigger.price,
      edgeLowerBound: signal.trigger.edgeLowerBound,
    },
    endsAt: signal.endsAt,
    expiresAt: signal.expiresAt,
    negRisk: signal.negRisk === true,
    copy,
  };
  const account = viewAccount(state, signal.marketId, signal.eventId, copy.leader?.wallet ?? null);
  const decision = checkOrder(state.config, intent, account, view, at);
  const seen = {
    checks: decision.checks,
    seen: describeView(view),
    kelly: decision.stake?.kelly ?? null,
    stakeUsd: decision.stake?.stakeUsd ?? null,
  };
  if (!decision.approved) return skipSignal(state, signal.id, decision.refusal, seen);
  const ordered: Signal = { ...signal, ...seen, limitPrice: decision.order.limitPrice, stage: "ORDER_IN_FLIGHT" };
  const told = updateSignal(state, ordered);
  const order = withReverse(decision.order, view, state.config.signals.slippageBps);
  const changes = [...told.changes, ...controlOf(state, order, view, signal.id)];
  return andThen({ ...told, changes }, (next) => submit(spend(next, copy.leader, order), { ...decision, order }, view));
}

function capOf({ limitPrice, model }: Signal, { terms }: MarketView): PriceMicros {
  const cap = limitPrice ?? price(0n);
  const worth = model === undefined || terms === null ? cap : modelPrice(model, terms.fee);
  return worth < cap ? worth : cap;
}

const withReverse = (order: ApprovedOrder, { book }: MarketView, slippageBps: bigint): ApprovedOrder =>
  order.side === "SELL" || book === null
    ? order
    : { ...order, reverseLimitPrice: reverseLimitPrice(book, slippageBps) };

/** Follows from the same book; it is recorded beside the signal and moves nothing. */
const controlOf = (
  { config }: EngineState,
  order: ApprovedOrder,
  { book }: MarketView,
  signalId: SignalId,
): readonly ChangedRow[] =>
  order.side === "SELL" || book === null
    ? []
    : [{ kind: "control", control: reverseControl({ ...order, signalId }, book, config.signals.slippageBps) }];

function decideExit(state: EngineState, { view, at }: BookObserved, position: Position, exit: ExitRequest): StepResult {
  const attempt = position.exitAttempts + 1;
  const intent: ExitIntent = {
    kind: "exit",
    clientOrderId: exitOrderId(position.id, attempt),
    positionId: position.id,
    signalId: exit.signalId,
    marketId: position.marketId,
    tokenId: position.tokenId,
    outcomeIndex: position.outcomeIndex,
    size: position.openShares,
    slippageBps: state.config.signals.slippageBps,
  };
  const account = viewAccount(state, position.marketId, position.eventId, position.leader);
  const decision = checkOrder(state.config, intent, account, view, at);
  if (decision.approved) {
    const selling: Position = { ...position, exitAttempts: attempt, exit: { ...exit, stage: "ORDER_IN_FLIGHT" } };
    const told = tellExitSignal(withPosition(state, selling), exit, {
      checks: decision.checks,
      seen: describeView(view),
    });
    return andThen(told, (next) => submit(next, decision, view));
  }
  const { code } = decision.refusal;
  if (code === "DATA_STALE") return unchanged(retryExit(state, position, exit));
  if (code !== "BELOW_MIN_SIZE") {
    const awaitsBid = code !== "TRADING_PAUSED" && (view.book?.bids.length ?? 0) === 0;
    return unchanged(pauseExit(state, position, exit, awaitsBid));
  }
  // It will not grow by waiting: the rest is held until the market is resolved.
  const held = withPosition(state, { ...position, exit: { ...exit, stage: "TOO_SMALL" } });
  return exit.signalId === null
    ? unchanged(held)
    : skipSignal(held, exit.signalId, decision.refusal, { checks: decision.checks, seen: describeView(view) });
}

/** The signal that asked for an exit keeps what the exit was decided on. */
function tellExitSignal(state: EngineState, exit: ExitRequest, seen: Pick<Signal, "checks" | "seen">): StepResult {
  const signal = exit.signalId === null ? undefined : state.signals[exit.signalId];
  return signal === undefined ? unchanged(state) : updateSignal(state, { ...signal, ...seen });
}

/** An order counts against the budgets from its decision on. */
function spend(state: EngineState, leader: Leader | null, order: OrderRequest): EngineState {
  if (order.side !== "BUY") return state;
  return { ...state, spent: addSpent(state.spent, leader?.wallet ?? null, order.stakeUsd, order.approvedAt) };
}

function submit(
  state: EngineState,
  { order, worstCostUsd }: Extract<Decision, { approved: true }>,
  { book }: MarketView,
): StepResult {
  // Every live order has its paper twin: this one, until the venue's own answer comes with a later book.
  const { estimates } = state.config.mode === "LIVE" ? simulatePaperFill(order, book, book, state.at) : {};
  return {
    state: {
      ...state,
      orders: withEntry(state.orders, order.clientOrderId, { order, submittedAt: state.at, worstCostUsd }),
    },
    commands: [{ kind: "placeOrder", order }],
    changes: [{ kind: "order", order, status: "SUBMITTED", reason: null, executions: [], estimates, at: state.at }],
  };
}

/** The book could not be fetched. A tick asks again while the signal lives. */
export function onBookFailed(state: EngineState, { subject }: EventOf<"bookFailed">): StepResult {
  if (subject.kind === "signal") {
    const signal = state.signals[subject.signalId];
    if (signal === undefined || signal.stage !== "AWAITING_BOOK") return unchanged(state);
    return updateSignal(state, { ...signal, stage: "BOOK_FAILED" });
  }
  const position = state.positions[subject.positionId];
  if (position === undefined || position.exit === null || position.exit.stage !== "AWAITING_BOOK")
    return unchanged(state);
  return unchanged(retryExit(state, position, position.exit));
}
