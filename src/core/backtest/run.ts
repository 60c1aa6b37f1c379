import type { ChangedRow, Command } from "../engine/command.ts";
import type { EngineEvent } from "../engine/event.ts";
import type { EngineState } from "../engine/state.ts";
import type { Position } from "../execution/position.ts";
import type { ReverseControl } from "../execution/reverse-control.ts";
import type { PerformanceRow } from "../performance/summary.ts";
import type { LedgerEffect } from "../reputation/ledger-entry.ts";
import type { Signal } from "../signals/signal.ts";
import { addMs, type EpochMs, epochMs, HOUR_MS } from "../time/time.ts";
import { type CandidateSource, Candidates } from "./candidates.ts";
import type { FillBatch, HistoryFacts } from "./history.ts";
import { Replay, type ReplayOptions } from "./replay.ts";
import type { Priced } from "./run-books.ts";
import { RunLedger } from "./run-ledger.ts";
import { createScoreboard, type Scoreboard } from "./scoreboard.ts";
import type { StudyBet } from "./study.ts";

export type RunOptions = ReplayOptions & {
  /** Trading begins; everything before it only teaches the ledger. */
  readonly from: EpochMs;
  /** Nothing that became known later is read. */
  readonly to: EpochMs;
  readonly lookbackMs: number;
};

/** Where scores come from: the ledger of this run, or, in a test, something that cheats. */
export type ScoreSource = Pick<RunLedger, "fill" | "effect" | "resolve" | "score" | "held">;

export type RunRecord = {
  /** Those that led to a position, and those still waiting at the end. */
  readonly signals: readonly Signal[];
  /** All others, which a long run has by the hundred thousand: how many ended in which way. */
  readonly outcomes: readonly SignalOutcome[];
  readonly positions: readonly Position[];
  readonly controls: readonly ReverseControl[];
  readonly days: readonly PerformanceRow[];
  readonly equity: readonly { readonly at: EpochMs; readonly equityUsd: number }[];
  readonly bets: readonly StudyBet[];
  readonly state: EngineState;
  readonly fills: number;
  /** Those after `from`. */
  readonly tradedFills: number;
  /** When the last fill or resolution that was read became known. */
  readonly endedAt: EpochMs;
  readonly lateEntries: number;
  /** Books that decisions were made on, and those that orders met. */
  readonly priced: Priced;
};

export type SignalOutcome = Pick<Signal, "type" | "status"> & { readonly code: string; readonly signals: number };

/** A step of the run's engine, as the journal would have it. */
export type OnStep = (event: EngineEvent, commands: readonly Command[], changes: readonly ChangedRow[]) => void;

export type RunHooks = {
  readonly onStep?: OnStep;
  /** Instead of the ledger of the run. */
  readonly scores?: (facts: HistoryFacts, board: Scoreboard) => ScoreSource;
  /** Instead of those that the model of the engine's configuration is asked about. */
  readonly candidates?: (facts: HistoryFacts, board: Scoreboard) => CandidateSource;
};

/** One pass over the past, batch by batch, in the order of the chain. */
export class Run {
  private readonly facts: HistoryFacts;
  private readonly options: RunOptions;
  private readonly scores: ScoreSource;
  private readonly replay: Replay;
  private readonly record: Recorder;
  private scoreAt: number;
  private resolution = 0;
  private fills = 0;
  private tradedFills = 0;
  private lastAt: number;

  constructor(facts: HistoryFacts, options: RunOptions, hooks: RunHooks = {}) {
    this.facts = facts;
    this.options = options;
    this.record = new Recorder(hooks.onStep ?? null);
    const { model } = options.engine;
    const board = createScoreboard(facts.wallets, model !== undefined || hooks.candidates !== undefined);
    const ofModel = model === undefined ? null : new Candidates(facts, board, model);
    const candidates = hooks.candidates?.(facts, board) ?? ofModel;
    this.scores = hooks.scores?.(facts, board) ?? new RunLedger(facts, board, options.lookbackMs);
    this.replay = new Replay(facts, board, candidates, options, options.from, (changes, event, commands) =>
      this.record.take(changes, event, commands),
    );
    this.scoreAt = Number.NaN;
    this.lastAt = options.from;
  }

  /**
   * @param effects all that stand before the batch's last fill and were not given before, in the order of the chain
   * @returns false: the end of the run lies in the batch, no more are needed
   */
  push(batch: FillBatch, effects: readonly LedgerEffect[]): boolean {
    const { delayMs, from, to } = this.options;
    let effect = 0;
    for (let row = 0; row < batch.length; row += 1) {
      const occurredAt = batch.occurredAt[row] as number;
      if (occurredAt + delayMs > to) return false;
      const blockNumber = batch.blockNumber[row] as number;
      for (let next = effects[effect]; next !== undefined && isBefore(next, batch, row); next = effects[effect]) {
        this.catchUp(next.blockNumber, next.logIndex, next.at);
        this.scores.effect(next);
        effect += 1;
      }
      this.catchUp(blockNumber, batch.logIndex[row] as number, occurredAt);
      this.fills += 1;
      this.lastAt = occurredAt;
      if (occurredAt + delayMs < from) this.replay.warm(batch, row);
      else {
        this.tradedFills += 1;
        this.replay.fill(batch, row, this.scores);
      }
      this.scores.fill(batch, row);
    }
    this.replay.ended(batch);
    // Behind the last fill of all.
    for (const rest of effects.slice(effect)) {
      if (rest.at + delayMs > to) return false;
      this.catchUp(rest.blockNumber, rest.logIndex, rest.at);
      this.scores.effect(rest);
    }
    return true;
  }

  /** @param stoppedAt where no more is read before the end of the run: when the last fill happened */
  finish(stoppedAt: EpochMs | null = null): RunRecord {
    const { to, delayMs } = this.options;
    if (stoppedAt === null) this.catchUp(Number.POSITIVE_INFINITY, 0, to - delayMs);
    const endedAt = epochMs(Math.min(to, Math.max(this.lastAt + delayMs, this.options.from)));
    this.replay.finish(endedAt, stoppedAt === null ? to : endedAt);
    return {
      ...this.record.result(),
      bets: this.replay.study.bets,
      state: this.replay.engineState(),
      fills: this.fills,
      tradedFills: this.tradedFills,
      endedAt,
      priced: this.replay.books.priced,
      lateEntries: this.scores instanceof RunLedger ? this.scores.late : 0,
    };
  }

  /** Resolutions and runs of the scores that come before this place and time. */
  private catchUp(blockNumber: number, logIndex: number, occurredAt: number): void {
    const { delayMs, to } = this.options;
    for (;;) {
      const next = this.facts.resolutions[this.resolution];
      const isNext =
        next !== undefined &&
        (next.blockNumber < blockNumber || (next.blockNumber === blockNumber && next.logIndex < logIndex));
      if (!isNext || next.at + delayMs > to) break;
      this.runScores(next.at);
      this.resolution += 1;
      this.lastAt = Math.max(this.lastAt, next.at);
      this.scores.resolve(next);
      this.replay.resolve(next);
    }
    this.runScores(occurredAt);
  }

  /** A run at each full hour knows what had become known by then. */
  private runScores(occurredAt: number): void {
    const knownAt = occurredAt + this.options.delayMs;
    if (Number.isNaN(this.scoreAt)) this.scoreAt = Math.ceil(knownAt / HOUR_MS) * HOUR_MS;
    while (knownAt > this.scoreAt) {
      const changed = this.scores.score(epochMs(this.scoreAt));
      this.replay.scored(epochMs(this.scoreAt), changed > 0);
      this.scoreAt = addMs(epochMs(this.scoreAt), HOUR_MS);
    }
  }
}

const isBefore = (effect: LedgerEffect, batch: FillBatch, row: number): boolean =>
  effect.blockNumber < (batch.blockNumber[row] as number) ||
  (effect.blockNumber === batch.blockNumber[row] && effect.logIndex < (batch.logIndex[row] as number));

/** Keeps what a person will ask for, each row as it was last. */
class Recorder {
  private readonly signals = new Map<string, Signal>();
  private readonly outcomes = new Map<string, SignalOutcome>();
  private readonly positions = new Map<string, Position>();
  private readonly controls = new Map<string, ReverseControl>();
  private readonly days = new Map<string, PerformanceRow>();
  private readonly equity: { at: EpochMs; equityUsd: number }[] = [];
  private readonly onStep: OnStep | null;

  constructor(onStep: OnStep | null) {
    this.onStep = onStep;
  }

  take(changes: readonly ChangedRow[], event: EngineEvent, commands: readonly Command[]): void {
    this.onStep?.(event, commands, changes);
    for (const change of changes) {
      if (change.kind === "signal") this.signal(change.signal);
      else if (change.kind === "position") this.positions.set(change.position.id, change.position);
      else if (change.kind === "control") this.controls.set(change.control.signalId, change.control);
      else if (change.kind === "performance") this.note(change.row, event.at);
    }
  }

  result() {
    return {
      signals: [...this.signals.values()],
      outcomes: [...this.outcomes.values()],
      positions: [...this.positions.values()],
      controls: [...this.controls.values()],
      days: [...this.days.values()],
      equity: this.equity,
    };
  }

  private signal(signal: Signal): void {
    const { id, type, status, refusal } = signal;
    if (status === "PENDING" || status === "EXECUTED") {
      this.signals.set(id, signal);
      return;
    }
    this.signals.delete(id);
    const code = refusal?.code ?? "";
    const key = `${type} ${status} ${code}`;
    this.outcomes.set(key, { type, status, code, signals: (this.outcomes.get(key)?.signals ?? 0) + 1 });
  }

  private note(row: PerformanceRow, at: EpochMs): void {
    this.days.set(row.date, row);
    const equityUsd = Number(row.equityUsd) / 1e6;
    const last = this.equity.at(-1);
    if (last?.equityUsd === equityUsd) return;
    this.equity.push({ at, equityUsd });
  }
}
