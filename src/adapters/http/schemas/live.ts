import { z } from "@hono/zod-openapi";
import type { LiveTopic } from "../../../ports/live-feed.ts";
import type { Row } from "../../../ports/read-side.ts";
import { state } from "./pages.ts";
import { position, signal } from "./rows.ts";
import { trade } from "./seen.ts";
import { ratio, time, timeOrNull, whole } from "./values.ts";

/** What the events of each topic hold. */
export const live = {
  trades: z
    .object({
      rows: z.array(trade).openapi({ description: "newest first" }),
      left_out: whole.openapi({ description: "older fills of the same moment that are not in `rows`" }),
      retracted_from: whole
        .nullable()
        .openapi({ description: "a reorg removed all fills from this block up, before `rows`" }),
    })
    .openapi("LiveTrades"),
  signals: z.object({ rows: z.array(signal) }).openapi("LiveSignals"),
  positions: z.object({ rows: z.array(position) }).openapi("LivePositions"),
  state,
  health: z
    .object({
      now: time,
      head_block: whole,
      finalized_block: whole,
      block_time: timeOrNull,
      lag_ms: ratio.nullable(),
      fills_per_second: ratio,
    })
    .openapi("LiveHealth"),
} satisfies Record<LiveTopic, z.ZodType>;

export const encodeLive = (topic: LiveTopic, value: Row): string =>
  JSON.stringify(z.encode(live[topic] as z.ZodType, value));
