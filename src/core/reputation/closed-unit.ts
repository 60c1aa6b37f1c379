import { closedAt, roiMicros, type Unit } from "../accounting/unit.ts";
import { unitEdgeMicros } from "./entries.ts";
import type { UnitRecord } from "./unit-record.ts";

/** In micros. Closed, complete, and something was paid in: what enters a score; otherwise null. */
export const scoredRoi = (unit: Unit): bigint | null =>
  unit.isIncomplete || closedAt(unit) === null ? null : roiMicros(unit);

/** In micros per share; null until the market is resolved. */
export const resolvedEdge = ({ unit, entries }: UnitRecord): bigint | null =>
  unit.payoutNumerators === null ? null : unitEdgeMicros(entries, unit.payoutNumerators);
