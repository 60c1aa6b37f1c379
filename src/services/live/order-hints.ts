import type { OrderHash } from "../../core/ids/ids.ts";
import type { Clock } from "../../ports/clock.ts";

/** Wakes whoever waits for an order when something is heard of it. */
export type OrderHints = {
  heard(order: OrderHash): void;
  /** Until something is heard of the order, `ms` passed or `signal` aborted. */
  wait(order: OrderHash, ms: number, signal: AbortSignal): Promise<void>;
};

export function createOrderHints(clock: Clock): OrderHints {
  const waiting = new Map<OrderHash, AbortController>();
  const missed = new Set<OrderHash>();
  return {
    heard(order) {
      const waiter = waiting.get(order);
      if (waiter === undefined) missed.add(order);
      else waiter.abort();
    },
    async wait(order, ms, signal) {
      // Heard while it was being asked for: the answer may be older.
      if (missed.delete(order)) return;
      const waiter = new AbortController();
      waiting.set(order, waiter);
      await clock.sleep(ms, AbortSignal.any([signal, waiter.signal]));
      waiting.delete(order);
    },
  };
}
