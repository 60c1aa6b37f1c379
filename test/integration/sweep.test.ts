// Goal: variants of a sweep share their scores and come out as if each had worked them out; a choice does not change with
// what came later; where nobody is skilled, what was found in sample is gone out of sample.
// Method: simnet's worlds as histories; the service runs its variants in this process.
import { expect, test } from "vitest";
import { createSimnetHistory } from "../../src/adapters/simnet/history.ts";
import type { RunHooks, RunOptions } from "../../src/core/backtest/run.ts";
import { playScores, recordScores, type ScoreRecorder, scoreKey } from "../../src/core/backtest/sweep/score-log.ts";
import { summarizeVariant, type VariantFigures } from "../../src/core/backtest/sweep/variant-figures.ts";
import { judgeWindow } from "../../src/core/backtest/sweep/walk-forward.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";
import type { History } from "../../src/ports/backtest.ts";
import type { Sweep, VariantPool } from "../../src/ports/sweep.ts";
import { variantHash } from "../../src/services/backtest/backtest.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { listedJobs, workOnSweep } from "../../src/services/backtest/sweep.ts";
import { dollars, engineOf, runOptions } from "../support/backtest-options.ts";
import { createManualClock } from "../support/manual-clock.ts";

const GENESIS = Date.UTC(2026, 6, 1);
const at = (day: number) => epochMs(GENESIS + day * DAY_MS);
const population = { market_maker: 3, informed: 8, noise: 8, panicker: 2 };
const optionsOf = (minWhaleScore: number, minTradeUsd: number, delayMs = 3_000): RunOptions => {
  const engine = engineOf({ minWhaleScore, minWhaleTradeUsd: dollars(minTradeUsd) });
  return { ...runOptions(at(1), at(3), { ...engine, limits: { ...engine.limits, minConfidence: 0.4 } }), delayMs };
};
const summarize = async (history: History, options: RunOptions, hooks: RunHooks = {}): Promise<VariantFigures> =>
  summarizeVariant((await runBacktest(history, options, { hooks })).record, history.facts, options, 3);

/** Keeps the scores of each key as bytes. */
function poolOver(history: History) {
  const logs = new Map<string, Uint8Array[]>();
  const ran: string[] = [];
  let asked = 0;
  const pool: VariantPool = {
    size: 2,
    async run({ options, keepsScores }) {
      const key = scoreKey(options);
      ran.push(`${key} ${keepsScores ? "kept" : "read"}`);
      if (keepsScores) {
        const pieces: Uint8Array[] = [];
        let recorder: ScoreRecorder | null = null;
        const scores: RunHooks["scores"] = (facts, board) => {
          recorder = recordScores(facts, board, options, (piece) => void pieces.push(piece.slice()));
          return recorder;
        };
        const figures = await summarize(history, options, { scores });
        (recorder as ScoreRecorder | null)?.end();
        logs.set(key, pieces);
        return figures;
      }
      const pieces = [...(logs.get(key) ?? [])];
      const source = (into: Uint8Array): number => {
        const piece = pieces.shift() ?? new Uint8Array();
        const part = piece.subarray(0, into.length);
        into.set(part);
        if (part.length < piece.length) pieces.unshift(piece.subarray(part.length));
        return part.length;
      };
      return summarize(history, options, {
        scores(_, board) {
          const played = playScores(board, options, source);
          return {
            ...played,
            held(wallet, token) {
              asked += 1;
              return played.held(wallet, token);
            },
          };
        },
      });
    },
    close: async () => undefined,
  };
  return { pool, ran, asked: () => asked };
}

/** Works all of them out. */
async function sweepOver(history: History, all: readonly RunOptions[]) {
  const variants = all.map((options) => ({ hash: variantHash(options), point: {}, options }));
  const plan = { from: at(1), to: at(3), coverage: history.coverage, windows: null, data: "", grid: {}, seed: 1 };
  const sweep: Sweep = { id: "sweep", plan: { ...plan, objective: "profit" }, variants };
  const results = new Map<string, VariantFigures>();
  const recorded: string[] = [];
  const store = {
    finished: async () => new Set(results.keys()),
    save: async (_: string, hash: string, figures: VariantFigures) => void results.set(hash, figures),
  };
  const { pool, ran, asked } = poolOver(history);
  const deps = {
    store: store as unknown as Parameters<typeof workOnSweep>[0]["store"],
    variants: {
      countWith: async (hashes: readonly string[]) => hashes.length,
      record: async ({ hash }: { readonly hash: string }) => void recorded.push(hash),
    },
    ...{ jobs: listedJobs(variants.map(({ hash }) => hash)), pool, clock: createManualClock(at(9)) },
  };
  await workOnSweep(deps, sweep);
  expect(recorded.toSorted()).toEqual(variants.map(({ hash }) => hash).toSorted());
  return { figures: variants.map(({ hash }) => results.get(hash) as VariantFigures), ran, asked };
}

test("variants read the scores of the first with the same delay, and come out the same", {
  timeout: 60_000,
}, async () => {
  const history = createSimnetHistory({ seed: "future", genesisMs: GENESIS, days: 3, population });
  const all = [optionsOf(5.5, 20), optionsOf(5.8, 40), optionsOf(5.5, 20, 1_000)];
  const { figures, ran, asked } = await sweepOver(history, all);
  const lookback = 90 * DAY_MS;
  expect(ran.toSorted()).toEqual([...[`1000-${lookback} kept`, `3000-${lookback} kept`, `3000-${lookback} read`]]);
  expect(figures[1]).toEqual(await summarize(history, all[1] as RunOptions));
  // They are not all the same thing, and what leaders held when they sold was asked for.
  expect(figures[1]).not.toEqual(figures[0]);
  expect(figures[1]?.trades).toBeGreaterThan(3);
  expect(asked()).toBeGreaterThan(0);

  const window = { fit: { from: 0, to: 1 }, judge: { from: 1, to: 2 } };
  const truncated = (await sweepOver(history.until(at(2)), all)).figures;
  for (const objective of ["profit", "edge"] as const) {
    const [whole, part] = [judgeWindow(figures, window, objective), judgeWindow(truncated, window, objective)];
    expect([part.chosen, part.inSample]).toEqual([whole.chosen, whole.inSample]);
    expect(part.outOfSample).not.toEqual(whole.outOfSample);
  }
});
