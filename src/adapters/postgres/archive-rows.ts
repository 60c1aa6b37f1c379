import { sql } from "kysely";
import type { MarketId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { addMs } from "../../core/time/time.ts";
import type { ArchivedFill } from "../../ports/archive.ts";
import type { Hex } from "./codecs.ts";
import { type HeldFillRow, heldFillColumns, toHeldFill } from "./held-fill.ts";

export type FillRow = HeldFillRow & { known_delay_ms: number; condition_id: Hex | null; outcome_index: number | null };

/** As of a held fill, and m: market. */
export const fillColumns = sql`${heldFillColumns}, f.known_delay_ms, m.condition_id, t.outcome_index`;

export const toArchivedFill = (row: FillRow): ArchivedFill => ({
  ...toHeldFill(row),
  knownAt: addMs(row.occurred_at, row.known_delay_ms),
  marketId: row.condition_id as string | null as MarketId | null,
  outcomeIndex: row.outcome_index as OutcomeIndex | null,
  source: "chain",
});
