/**
 * The scores of one run, kept for others. Scores depend on the past, the detection delay and the lookback, and on nothing
 * else that a strategy says: variants that differ elsewhere read what the first of them worked out. The log has what
 * each run of the scores published and what sellers held, in the order in which a run asks for it.
 */

import { shares } from "../../money/amounts.ts";
import { UNSCORED_WALLET } from "../../signals/observed-fill.ts";
import type { EpochMs } from "../../time/time.ts";
import type { FillBatch, HistoryFacts } from "../history.ts";
import { TRAIT } from "../history.ts";
import type { RunOptions, ScoreSource } from "../run.ts";
import { RunLedger } from "../run-ledger.ts";
import type { Scoreboard } from "../scoreboard.ts";
import { ByteReader, type ByteSink, type ByteSource, ByteWriter } from "./bytes.ts";

type Timing = Pick<RunOptions, "from" | "delayMs" | "lookbackMs">;

/** Variants with the same key have the same scores. */
export const scoreKey = ({ delayMs, lookbackMs }: Timing): string => `${delayMs}-${lookbackMs}`;

/** A model asks for profiles too, of which the log says nothing: its variants work their scores out themselves. */
export const sharesScores = ({ engine }: Pick<RunOptions, "engine">): boolean => engine.model === undefined;

/** Only what is sold after trading began is asked for. */
const isAsked = ({ from, delayMs }: Timing, batch: FillBatch, row: number): boolean =>
  ((batch.traits[row] as number) & TRAIT.sell) !== 0 && (batch.occurredAt[row] as number) + delayMs >= from;

const FLAG = { eligible: 1, unscored: 2 } as const;

export type ScoreRecorder = ScoreSource & {
  /** After the run. */
  end(): void;
};

/** Works scores out, and writes them down. */
export function recordScores(facts: HistoryFacts, board: Scoreboard, timing: Timing, sink: ByteSink): ScoreRecorder {
  const writer = new ByteWriter(sink);
  let published = new Set<number>();
  const noting: Scoreboard = {
    ...board,
    publish(wallet, score, at) {
      board.publish(wallet, score, at);
      published.add(wallet);
    },
    publishEdge(wallet, lowerBound, at) {
      board.publishEdge(wallet, lowerBound, at);
      published.add(wallet);
    },
    forget(wallet) {
      board.forget(wallet);
      published.add(wallet);
    },
  };
  const ledger = new RunLedger(facts, noting, timing.lookbackMs);
  return {
    fill(batch, row) {
      if (isAsked(timing, batch, row)) {
        const held = ledger.held(batch.wallet[row] as number, batch.token[row] as number);
        writer.float64(held === null ? Number.NaN : Number(held));
      }
      ledger.fill(batch, row);
    },
    effect: (effect) => ledger.effect(effect),
    resolve: (resolution) => ledger.resolve(resolution),
    held: (wallet, token) => ledger.held(wallet, token),
    score(at) {
      const scored = ledger.score(at);
      writer.uint32(scored);
      writer.uint32(published.size);
      for (const wallet of published) writeWallet(writer, board, wallet);
      published = new Set();
      return scored;
    },
    end: () => writer.flush(),
  };
}

function writeWallet(writer: ByteWriter, board: Scoreboard, wallet: number): void {
  const { score, tier, followEligible, edgeLowerBound, scoredAt } = board.facts(wallet);
  writer.uint32(wallet);
  writer.uint8((followEligible ? FLAG.eligible : 0) | (scoredAt === null ? FLAG.unscored : 0));
  writer.uint8(board.tiers.indexOf(tier));
  writer.float64(score);
  writer.float64(edgeLowerBound ?? Number.NaN);
}

/** Publishes again what was written down, in a run over the same past. */
export function playScores(board: Scoreboard, timing: Timing, source: ByteSource): ScoreSource {
  const reader = new ByteReader(source);
  /** Of the row that the run is at, once somebody asked. */
  let asked: number | null = null;
  return {
    fill(batch, row) {
      if (asked === null && isAsked(timing, batch, row)) reader.float64();
      asked = null;
    },
    effect: () => undefined,
    resolve: () => undefined,
    held() {
      asked ??= reader.float64();
      return Number.isNaN(asked) ? null : shares(BigInt(asked));
    },
    score(at) {
      const scored = reader.uint32();
      const count = reader.uint32();
      for (let index = 0; index < count; index += 1) readWallet(reader, board, at);
      return scored;
    },
  };
}

function readWallet(reader: ByteReader, board: Scoreboard, at: EpochMs): void {
  const wallet = reader.uint32();
  const flags = reader.uint8();
  const tier = board.tiers[reader.uint8()] ?? UNSCORED_WALLET.tier;
  const score = reader.float64();
  const edge = reader.float64();
  if ((flags & FLAG.unscored) !== 0) {
    board.forget(wallet);
    return;
  }
  const followEligible = (flags & FLAG.eligible) !== 0;
  board.restore(wallet, { score, tier, followEligible, edgeLowerBound: Number.isNaN(edge) ? null : edge }, at);
}
