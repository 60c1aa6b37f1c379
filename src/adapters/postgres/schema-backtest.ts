/** The tables of 0026, 0027 and 0031 as Kysely sees them; the SQL there says what each column means. */
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

export type SweepTable = { sweep_id: string; plan: unknown; begun_at: EpochMs };

export type SweepVariantTable = {
  sweep_id: string;
  hash: string;
  place: number;
  point: unknown;
  options: unknown;
  figures: unknown;
  finished_at: EpochMs | null;
};

export type ReportTable = {
  kind: string;
  report_id: string;
  title: string;
  from_at: EpochMs;
  to_at: EpochMs;
  figures: unknown;
  page: string | null;
  made_at: EpochMs;
};

export type ModelTable = { hash: string; card: unknown; trained_at: EpochMs };

export type BacktestSchema = {
  "flow.variant": VariantTable;
  "flow.sweep": SweepTable;
  "flow.sweep_variant": SweepVariantTable;
  "flow.report": ReportTable;
  "flow.model": ModelTable;
};
