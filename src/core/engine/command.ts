import { unreachable } from "../assert.ts";
import type { Execution, FillEstimates, OrderRequest, OrderStatus } from "../execution/order.ts";
import type { Position } from "../execution/position.ts";
import type { ReverseControl } from "../execution/reverse-control.ts";
import type { ClientOrderId, MarketId, TokenId } from "../ids/ids.ts";
import type { PerformanceRow } from "../performance/summary.ts";
import type { ApprovedOrder } from "../risk/check-order.ts";
import type { Signal } from "../signals/signal.ts";
import type { EpochMs } from "../time/time.ts";
import type { BookSubject } from "./event.ts";
import type { EngineState } from "./state.ts";

export type NoticeKind =
  | "signal"
  | "skipped"
  | "expired"
  | "executed"
  | "win"
  | "loss"
  | "stopLoss"
  | "riskLimit"
  | "strategy"
  | "tradingState";

/** Something that a person wants to hear of; `key` is the same for the same fact. */
export type Notice = {
  readonly kind: NoticeKind;
  readonly key: string;
  readonly facts: Readonly<Record<string, string | number | null>>;
};

/** What the engine wants done. Only after its step is stored. */
export type Command =
  | {
      readonly kind: "requestBook";
      readonly subject: BookSubject;
      readonly marketId: MarketId;
      readonly tokenId: TokenId;
    }
  | { readonly kind: "placeOrder"; readonly order: ApprovedOrder }
  /** What of it still rests is not wanted any more. */
  | { readonly kind: "cancelOrder"; readonly clientOrderId: ClientOrderId }
  | { readonly kind: "notify"; readonly notice: Notice };

/** A row that changed: what users read. Follows from state and event, so it is not part of the journal. */
export type ChangedRow =
  | { readonly kind: "signal"; readonly signal: Signal }
  | {
      readonly kind: "order";
      readonly order: OrderRequest;
      readonly status: OrderStatus;
      readonly reason: string | null;
      readonly executions: readonly Execution[];
      /** They replace those that were written before. */
      readonly isCorrection?: true;
      readonly estimates?: FillEstimates | undefined;
      readonly at: EpochMs;
    }
  | { readonly kind: "control"; readonly control: ReverseControl }
  | { readonly kind: "position"; readonly position: Position; readonly at: EpochMs }
  | { readonly kind: "performance"; readonly row: PerformanceRow };

/** What steps leave for people to read; each row once, as it was last. */
export type EngineRows = {
  readonly changes: readonly ChangedRow[];
  /** With the times of their steps. */
  readonly notices: readonly { readonly notice: Notice; readonly at: EpochMs }[];
};

/** Of each row its last version, in the order of these. */
export function newestChanges(changes: readonly ChangedRow[]): readonly ChangedRow[] {
  const newest = new Map<string, ChangedRow>();
  for (const change of changes) newest.set(rowOf(change), change);
  return [...newest.values()];
}

function rowOf(change: ChangedRow): string {
  switch (change.kind) {
    case "signal":
      return `signal ${change.signal.id}`;
    case "order":
      return `order ${change.order.clientOrderId}`;
    case "control":
      return `control ${change.control.signalId}`;
    case "position":
      return `position ${change.position.id}`;
    case "performance":
      return `performance ${change.row.date}`;
    default:
      return unreachable(change);
  }
}

export type StepResult = {
  readonly state: EngineState;
  readonly commands: readonly Command[];
  readonly changes: readonly ChangedRow[];
};

export const unchanged = (state: EngineState): StepResult => ({ state, commands: [], changes: [] });

/** Goes on from a result: the next part sees the state that the first one left. */
export function andThen(first: StepResult, next: (state: EngineState) => StepResult): StepResult {
  const second = next(first.state);
  if (first.commands.length === 0 && first.changes.length === 0) return second;
  return {
    state: second.state,
    commands: [...first.commands, ...second.commands],
    changes: [...first.changes, ...second.changes],
  };
}
