import type { ChangedRow, EngineRows } from "./command.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import type { EngineState } from "./state.ts";

type Holder = Pick<EngineState, "signals" | "orders">;

/**
 * Rows that wait, as JSON beside the state of the same step. What that state holds too (a signal with all its checks, an
 * order in flight) is named and not repeated.
 */
export const packRows = ({ changes, notices }: EngineRows, state: Holder): Json =>
  toJson({
    notices,
    changes: changes.map((change) => {
      if (change.kind === "signal" && state.signals[change.signal.id] === change.signal) {
        return { kind: "signal", held: change.signal.id };
      }
      if (change.kind === "order" && state.orders[change.order.clientOrderId]?.order === change.order) {
        return { ...change, order: null, held: change.order.clientOrderId };
      }
      return change;
    }),
  });

type PackedChange = ChangedRow & { readonly held?: string };

/** @param state the one that `packRows` was given, as it was stored */
export function unpackRows(json: Json, state: Holder | null): EngineRows {
  const rows = fromJson(json) as { changes: readonly PackedChange[]; notices: EngineRows["notices"] };
  const changes = rows.changes.map(({ held, ...change }) => {
    if (held === undefined) return change;
    return change.kind === "signal"
      ? { ...change, signal: state?.signals[held] }
      : { ...change, order: state?.orders[held]?.order };
  });
  return { changes: changes as readonly ChangedRow[], notices: rows.notices };
}
