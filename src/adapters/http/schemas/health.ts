import { z } from "@hono/zod-openapi";
import { chain } from "./pages.ts";
import { count, decimal, flag, ratio, text, time, timeOrNull, whole } from "./values.ts";

export const part = z
  .object({
    name: z.enum(["listener", "reputation", "executor"]),
    state: z.enum(["working", "silent", "never seen"]),
    last_seen_at: timeOrNull,
    detail: text,
    without_it: text.openapi({ description: "what one stops seeing while it is down" }),
  })
  .openapi("Part");

export const health = z
  .object({
    now: time.openapi({ description: "by the program's clock, which is faster in the demo" }),
    parts: z.array(part),
    services: z
      .array(z.object({ name: text, ready: flag, detail: text }))
      .nullable()
      .openapi({ description: "what the services of this same process say; null where they run elsewhere" }),
    chain: chain.nullable(),
    lag_ms: ratio.nullable().openapi({ description: "age of the newest block" }),
    coverage: z.object({
      from_block: whole.nullable(),
      to_block: whole.nullable(),
      blocks: count,
      holes: count,
      missing_blocks: count,
      unbroken_from_block: whole.nullable(),
    }),
    latencies: z.array(
      z.object({
        stage: z.enum(["block_to_row", "row_to_decision", "decision_to_order", "order_to_answer"]),
        count: whole,
        p50_ms: ratio.nullable(),
        p90_ms: ratio.nullable(),
        p99_ms: ratio.nullable(),
        buckets: z.array(z.object({ upto_ms: whole.nullable(), count: whole })),
      }),
    ),
    queues: z.array(z.object({ name: text, waiting: whole, updated_at: timeOrNull })),
    endpoints: z.array(
      z.object({
        name: text,
        is_resting: flag,
        cost: ratio.nullable(),
        requests: whole,
        failures: whole,
        latency_ms: ratio.nullable(),
        error_rate: ratio,
        lag_blocks: whole.nullable(),
        last_error: text.nullable(),
        measured_at: time,
      }),
    ),
    hints: z.array(
      z.object({ source: text, hints: count, matched: count, lead_ms: z.array(ratio.nullable()).nullable() }),
    ),
    /** Our P&L against the venue's, the newest comparison of each measure: `orderflow reconcile`. */
    reconciliations: z.array(
      z.object({
        measure: z.enum(["positions", "user-pnl"]),
        reconciled_at: time,
        wallets: whole,
        units: whole,
        median_error_usd: decimal.nullable(),
        p99_error_usd: decimal.nullable(),
        max_error_usd: decimal.nullable(),
        share_within_1_pct: ratio.nullable(),
        unexplained: whole,
      }),
    ),
    database_bytes: count,
    quarantined: whole,
    halted_contracts: whole,
    memory: z.object({ rss_bytes: whole, heap_bytes: whole }),
    streams: z.object({ open: whole, dropped_events: whole }),
  })
  .openapi("Health");
