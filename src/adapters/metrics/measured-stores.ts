/** Stores that count what goes through them, so that no service has to know of metrics. */
import type { ChangedRow } from "../../core/engine/command.ts";
import { toNumber } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointStore } from "../../ports/endpoint-store.ts";
import type { ExecutorStore } from "../../ports/executor-store.ts";
import type { ReputationStore } from "../../ports/reputation-store.ts";
import type { Metrics } from "./metrics.ts";

const seconds = (from: EpochMs, to: EpochMs): number => Math.max(0, to - from) / 1_000;

export function measureChainStore(store: ChainStore, metrics: Metrics): ChainStore {
  let head = -1;
  let held = -1;
  const showLag = (): void => {
    if (head < 0 || held < 0) return;
    metrics.headBlock.set(head);
    metrics.heldBlock.set(held);
    metrics.lagBlocks.set(Math.max(0, head - held));
  };
  return {
    ...store,
    async extend(range, mark, onWriting) {
      const written = await store.extend(range, mark, onWriting);
      metrics.fills.inc(written.fills);
      metrics.quarantined.inc(range.quarantined.length);
      const newest = range.fills.at(-1);
      if (newest !== undefined) metrics.blockToRow.observe(seconds(newest.occurredAt, newest.knownAt));
      held = Math.max(held, range.toBlock);
      head = Math.max(head, held, mark?.headBlock ?? -1);
      showLag();
      return written;
    },
    async retract(lastGoodBlock, at) {
      await store.retract(lastGoodBlock, at);
      metrics.reorgs.inc();
      held = Math.min(held, lastGoodBlock);
      showLag();
    },
    async finalize(finalizedBlock, headBlock, at) {
      await store.finalize(finalizedBlock, headBlock, at);
      head = Math.max(head, headBlock);
      showLag();
    },
  };
}

export const measureEndpointStore = (store: EndpointStore, metrics: Metrics): EndpointStore => ({
  async save(endpoints, measuredAt) {
    for (const { name: endpoint, latencyMs, errorRate, lagBlocks } of endpoints) {
      if (latencyMs !== null) metrics.endpointLatency.set({ endpoint }, latencyMs / 1_000);
      metrics.endpointErrors.set({ endpoint }, errorRate);
      if (lagBlocks !== null) metrics.endpointLag.set({ endpoint }, lagBlocks);
    }
    await store.save(endpoints, measuredAt);
  },
});

export const measureReputationStore = (store: ReputationStore, metrics: Metrics): ReputationStore => ({
  ...store,
  async applyFills(...args) {
    const step = await store.applyFills(...args);
    metrics.ledgerFills.inc(step?.fills ?? 0);
    return step;
  },
  async scoreDue(...args) {
    const step = await store.scoreDue(...args);
    metrics.scores.inc(step?.scored ?? 0);
    metrics.scoredAt.set(args[2] / 1_000);
    return step;
  },
});

const STATES = ["ACTIVE", "REDUCING", "HALTED"] as const;

/** @param wall for how long a transaction takes, whatever time the engine lives in */
export function measureExecutorStore(
  store: ExecutorStore,
  metrics: Metrics,
  wall: Pick<Clock, "nowMs">,
): ExecutorStore {
  const note = createChangeCounter(metrics);
  return {
    ...store,
    async read(query) {
      const inbox = await store.read(query);
      metrics.candidateFills.inc(inbox.fills.length);
      metrics.inboxFills.set(inbox.fills.length);
      metrics.readEntry.set(Number(inbox.cursor));
      return inbox;
    },
    async save(batch) {
      const before = wall.nowMs();
      await store.save(batch);
      metrics.saveSeconds.observe(seconds(before, wall.nowMs()));
      for (const change of batch.changes) note(change);
      const { state } = batch;
      metrics.equity.set(toNumber(state.equity.equityUsd));
      metrics.cash.set(toNumber(state.cashUsd));
      metrics.realized.set(toNumber(state.realizedUsd));
      metrics.openPositions.set(Object.keys(state.positions).length);
      for (const name of STATES) metrics.tradingState.set({ state: name }, name === state.tradingState ? 1 : 0);
    },
  };
}

/** Signals and orders of which the last state is remembered, so that a row written again is not counted again. */
const REMEMBERED = 2_000;

function createChangeCounter(metrics: Metrics): (change: ChangedRow) => void {
  const states = new Map<string, string>();
  const createdAt = new Map<string, EpochMs>();
  const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
    const oldest = map.keys().next().value;
    if (map.size >= REMEMBERED && oldest !== undefined) map.delete(oldest);
    map.set(key, value);
  };
  const isNew = (id: string, state: string): boolean => {
    if (states.get(id) === state) return false;
    remember(states, id, state);
    return true;
  };
  return (change) => {
    if (change.kind === "signal") {
      const { id, type, status, refusal, trigger, createdAt: at } = change.signal;
      if (!states.has(id)) {
        metrics.rowToDecision.observe(seconds(trigger.knownAt, at));
        remember(createdAt, id, at);
      }
      if (!isNew(id, status)) return;
      metrics.signals.inc({ type, status });
      if (status === "SKIPPED" && refusal !== null) metrics.refusals.inc({ code: refusal.code });
    } else if (change.kind === "order") {
      const { clientOrderId, signalId } = change.order;
      if (!isNew(clientOrderId, change.status)) return;
      metrics.orders.inc({ status: change.status });
      const since = createdAt.get(change.status === "SUBMITTED" ? (signalId ?? "") : clientOrderId);
      if (change.status === "SUBMITTED") remember(createdAt, clientOrderId, change.at);
      if (since === undefined) return;
      const histogram = change.status === "SUBMITTED" ? metrics.decisionToOrder : metrics.orderToAnswer;
      histogram.observe(seconds(since, change.at));
    }
  };
}
