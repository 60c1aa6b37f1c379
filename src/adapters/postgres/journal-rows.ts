import { type RawBuilder, sql } from "kysely";
import { fromJson, type Json, toJson } from "../../core/engine/encode.ts";
import { type FillObserved, packEvent, packFills, unpackEvent, unpackFills } from "../../core/engine/journal-form.ts";
import { InvariantError } from "../../core/errors.ts";
import type { TradingMode } from "../../core/execution/position.ts";
import { epochMs } from "../../core/time/time.ts";
import type { JournalStep } from "../../ports/executor-store.ts";

/** One step, or fills without commands that came one after the other, under the number of the last. */
export type JournalRow = { readonly step: JournalStep; readonly fills: readonly FillObserved[] | null };

/** More make no row cheaper, and who reads one holds all of it. */
const FILLS_MAX = 500;

/** JSON text of a value with amounts. */
export const textOf = (value: unknown): string => JSON.stringify(toJson(value));

export function toRows(steps: readonly JournalStep[]): readonly JournalRow[] {
  const rows: JournalRow[] = [];
  let fills: FillObserved[] = [];
  let last: JournalStep | null = null;
  const close = (): void => {
    if (last !== null) rows.push({ step: last, fills: fills.length > 1 ? fills : null });
    last = null;
    fills = [];
  };
  for (const step of steps) {
    const { event } = step;
    const isQuiet = event.kind === "fillObserved" && step.commands.length === 0;
    if (!isQuiet || (last !== null && !follows(last, step)) || fills.length === FILLS_MAX) close();
    if (isQuiet) {
      fills.push(event);
      last = step;
    } else rows.push({ step, fills: null });
  }
  close();
  return rows;
}

/** A hash is that of the state after a row. */
const follows = (last: JournalStep, { seq, ruleVersion, event }: JournalStep): boolean =>
  last.stateHash === null && seq === last.seq + 1 && ruleVersion === last.ruleVersion && event.at === last.event.at;

/** Columns as texts of one line a row: JSON has no line breaks of its own. */
export function insertRows(mode: TradingMode, rows: readonly JournalRow[], from: RawBuilder<unknown>) {
  const column = (line: (row: JournalRow) => string) => sql`string_to_table(${rows.map(line).join("\n")}, E'\n')`;
  return sql`
    INSERT INTO flow.journal (mode, seq, at, rule_version, event, commands, state_hash, fills)
    SELECT ${mode}, j.seq::bigint, j.at::timestamptz, j.rules::int, j.event::jsonb, j.commands::jsonb, nullif(j.hash, '-'),
      nullif(j.fills, '-')
    FROM ${from} ROWS FROM (
      ${column(({ step }) => String(step.seq))}, ${column(({ step }) => new Date(step.event.at).toISOString())},
      ${column(({ step }) => String(step.ruleVersion))}, ${column(eventText)},
      ${column(({ step }) => textOf(step.commands))}, ${column(({ step }) => step.stateHash ?? "-")},
      ${column(({ fills }) => (fills === null ? "-" : packFills(fills)))}
    ) AS j (seq, at, rules, event, commands, hash, fills)`;
}

const eventText = ({ step, fills }: JournalRow): string =>
  JSON.stringify(
    fills === null ? packEvent(step.event) : { kind: "fillsObserved", at: step.event.at, count: fills.length },
  );

/** As `flow.journal` has it. */
export type StoredRow = {
  readonly seq: bigint;
  readonly rule_version: number;
  readonly event: Json;
  readonly commands: Json;
  readonly state_hash: string | null;
  readonly fills: string | null;
};

export const JOURNAL_COLUMNS = ["seq", "rule_version", "event", "commands", "state_hash", "fills"] as const;

export function toSteps(rows: readonly StoredRow[]): readonly JournalStep[] {
  return rows.flatMap((row): readonly JournalStep[] => {
    const { rule_version: ruleVersion, state_hash: stateHash } = row;
    const seq = Number(row.seq);
    if (row.fills === null) {
      const commands = fromJson(row.commands) as JournalStep["commands"];
      return [{ seq, ruleVersion, event: unpackEvent(row.event), commands, stateHash }];
    }
    const { at, count } = row.event as { readonly at: number; readonly count: number };
    const events = unpackFills(row.fills, epochMs(at));
    if (events.length !== count) throw new InvariantError("JOURNAL_GAP", "a step of the journal is missing", { seq });
    return events.map((event, index) => ({
      ...{ seq: seq - count + index + 1, ruleVersion, event, commands: [] },
      stateHash: index === count - 1 ? stateHash : null,
    }));
  });
}
