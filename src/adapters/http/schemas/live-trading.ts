import { z } from "@hono/zod-openapi";
import { decimal, mode, ratio, text, time, timeOrNull, whole } from "./values.ts";

const drift = z.object({
  orders: whole,
  priced: whole.openapi({ description: "filled live and on paper" }),
  price_drift: decimal
    .nullable()
    .openapi({ description: "USD a share, live less paper; above 0 is worse for us on either side" }),
  live_fill_share: ratio.nullable(),
  paper_fill_share: ratio.nullable(),
  sent_ms_median: ratio.nullable().openapi({ description: "from the decision" }),
  matched_ms_median: ratio.nullable(),
  final_ms_median: ratio.nullable(),
  positions: whole.openapi({ description: "closed ones whose paper twin was filled as well" }),
  live_pnl_usd: decimal,
  paper_pnl_usd: decimal,
});

/** Live trading as it is, what differs at the venue, what is owed, and what paper would have done. */
export const liveTrading = z
  .object({
    status: z
      .object({
        asked: mode,
        mode,
        wallet: text.nullable(),
        armed_at: time,
        reconciled_at: timeOrNull.openapi({ description: "of the last complete comparison with the venue" }),
        open_positions: whole,
        pending_orders: whole,
        refusals: z.array(z.object({ code: text, text })).openapi({ description: "why it is on paper" }),
      })
      .nullable()
      .openapi({ description: "null: no executor has started yet" }),
    differences: z.array(
      z.object({ kind: text, subject: text.nullable(), expected: text, found: text, first_seen_at: time }),
    ),
    claims: z.object({
      markets: whole,
      payout_usd: decimal.openapi({ description: "what resolved markets owe the wallet, apart from its cash" }),
      obstacles: z.array(text).openapi({ description: "what keeps some of it from being redeemed" }),
    }),
    drift,
  })
  .openapi("LiveTrading");
