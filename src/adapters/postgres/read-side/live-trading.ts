import { sql } from "kysely";
import type { Row } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";
import { readDrift, readLiveStatus } from "../live-reads.ts";

/** Live trading for a person: how it stands, what differs, what is owed, how far paper is from it. */
export async function readLiveTrading(db: Database): Promise<Row> {
  const [status, { summary }, claims] = await Promise.all([readLiveStatus(db), readDrift(db, 0), readClaims(db)]);
  return {
    status:
      status === null
        ? null
        : {
            ...{ asked: status.asked, mode: status.mode, wallet: status.wallet, refusals: status.refusals },
            ...{ armed_at: status.armedAt, reconciled_at: status.reconciledAt },
            ...{ open_positions: status.openPositions, pending_orders: status.pending.length },
          },
    differences: (status?.differences ?? []).map(({ firstSeenAt, ...each }) => ({
      ...each,
      first_seen_at: firstSeenAt,
    })),
    claims,
    drift: {
      ...{ orders: summary.orders, priced: summary.priced, price_drift: summary.priceDrift },
      ...{ live_fill_share: summary.liveFillShare, paper_fill_share: summary.paperFillShare },
      ...{ sent_ms_median: summary.sentMsMedian, matched_ms_median: summary.matchedMsMedian },
      ...{ final_ms_median: summary.finalMsMedian, positions: summary.positions },
      ...{ live_pnl_usd: summary.livePnlUsd, paper_pnl_usd: summary.paperPnlUsd },
    },
  };
}

async function readClaims({ kysely }: Database): Promise<Row> {
  const { rows } = await sql<Row>`
    SELECT count(*)::int AS markets, coalesce(sum(payout_usd), 0)::text AS payout_usd,
      coalesce(array_agg(DISTINCT obstacle) FILTER (WHERE obstacle IS NOT NULL), '{}') AS obstacles
    FROM flow.claim WHERE payout_usd > 0`.execute(kysely);
  return rows[0] as Row;
}
