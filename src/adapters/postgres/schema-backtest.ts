/** The tables of 0026 as Kysely sees them; the SQL there says what each column means. */
import type { EpochMs } from "../../core/time/time.ts";

export type VariantTable = {
  hash: string;
  from_at: EpochMs;
  to_at: EpochMs;
  parameters: unknown;
  verdict: string;
  edge_per_share: number | null;
  tried_at: EpochMs;
};

export type BacktestSchema = { "flow.variant": VariantTable };
