// Goal: a backtest finds what was planted, finds nothing where nothing was, sees an edge die that dies within seconds, and
// no decision of it saw the future; a score that peeks is caught.
// Method: simnet's world as a history, a smaller share of what `npm run report:backtest` does with ninety days.
import { describe, expect, test } from "vitest";
import { createSimnetHistory } from "../../src/adapters/simnet/history.ts";
import type { HistoryFacts } from "../../src/core/backtest/history.ts";
import { createDraw } from "../../src/core/backtest/random.ts";
import { CONTROL } from "../../src/core/backtest/result.ts";
import type { RunHooks } from "../../src/core/backtest/run.ts";
import { RunLedger } from "../../src/core/backtest/run-ledger.ts";
import type { Scoreboard } from "../../src/core/backtest/scoreboard.ts";
import { STUDY_DELAYS_S } from "../../src/core/backtest/study.ts";
import { tableDelays } from "../../src/core/research/delay.ts";
import { readOutcomes } from "../../src/core/research/outcomes.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";
import { collectDecisions, proveDecisions } from "../../src/services/backtest/prove.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { dollars, engineOf, runOptions } from "../support/backtest-options.ts";
import { plantedEdge, runSkillWorld } from "../support/backtest-worlds.ts";

test("finds the edge that was planted, and the controls do not have it", { timeout: 60_000 }, async () => {
  const world = { seed: "planted", days: 9, isSkillPlanted: true, revealMs: null, minWhaleScore: 7 };
  const run = await runSkillWorld(world);
  const { verdict, decay, controls } = run.result;
  expect(verdict.word).toBe("edge");
  const [first] = decay;
  const planted = plantedEdge(run, 0);
  expect(planted).toBeGreaterThan(0.1);
  expect(first?.edge?.interval?.low).toBeLessThan(planted);
  expect(first?.edge?.interval?.high).toBeGreaterThan(planted);
  const control = (name: string) => controls.find((row) => row.name === name)?.edge;
  expect(control(CONTROL.reversed)?.mean).toBeLessThan(0);
  for (const name of [CONTROL.random, CONTROL.everyone, CONTROL.shuffled]) {
    expect(control(name)?.mean).toBeLessThan((first?.edge?.mean ?? 0) / 2);
  }
});

test("claims no edge where nobody knows anything", { timeout: 60_000 }, async () => {
  for (const seed of ["nothing-1", "nothing-2"]) {
    const world = { seed, days: 9, isSkillPlanted: false, revealMs: null, minWhaleScore: 4 };
    const { result } = await runSkillWorld(world);
    expect(result.signals.resolved).toBeGreaterThan(50);
    expect(result.verdict.word).not.toBe("edge");
  }
});

test("shows an edge dying that is in the price after five seconds", { timeout: 60_000 }, async () => {
  const world = { seed: "dying", days: 9, isSkillPlanted: true, revealMs: 5_000, minWhaleScore: 7 };
  const { result, record, history } = await runSkillWorld(world);
  const { decay } = result;
  expect(decay[0]?.edge?.interval?.low).toBeGreaterThan(0.1);
  for (const seconds of [10, 30, 60]) {
    const late = decay[STUDY_DELAYS_S.indexOf(seconds)]?.edge;
    expect(late?.mean).toBeLessThan(0.08);
    expect(late?.interval?.low).toBeLessThan(0);
  }
  const signals = record.bets.filter(({ group }) => group === "signal");
  const { rows } = tableDelays(signals, readOutcomes(history.facts), createDraw(1));
  expect(rows.map(({ value }) => value?.mean.toFixed(9))).toEqual(decay.map(({ edge }) => edge?.mean.toFixed(9)));
  // Not because the bets that still had a price were worse ones.
  expect(rows[STUDY_DELAYS_S.indexOf(10)]?.extra?.[1]).toMatch(/^[12]\d\.\d\d¢$/);
});

describe("the future", () => {
  const genesisMs = Date.UTC(2026, 6, 1);
  const population = { market_maker: 4, informed: 10, noise: 16, panicker: 3 };
  const history = createSimnetHistory({ seed: "future", genesisMs, days: 4, population });
  const at = (day: number) => epochMs(genesisMs + day * DAY_MS);
  const engine = engineOf({ minWhaleScore: 5.5, minWhaleTradeUsd: dollars(20) });
  const options = runOptions(at(2), at(4), { ...engine, limits: { ...engine.limits, minConfidence: 0.5 } });

  async function prove(hooks: RunHooks) {
    const all = collectDecisions(hooks);
    await runBacktest(history, options, { hooks: all.hooks });
    return proveDecisions(history, options, { decisions: all.decisions, samples: 4, hooks });
  }

  test("is seen by no decision", async () => {
    const proof = await prove({});
    expect(proof.decisions).toBeGreaterThan(50);
    expect(proof).toMatchObject({ sampled: 4, differing: [] });
  });

  /** Knows how every market ends as soon as it is traded. */
  const peeking = (facts: HistoryFacts, board: Scoreboard) => {
    const ledger = new RunLedger(facts, board, options.lookbackMs);
    let isTold = false;
    return {
      fill(...fill: Parameters<RunLedger["fill"]>) {
        if (!isTold) for (const resolution of facts.resolutions) ledger.resolve(resolution);
        isTold = true;
        ledger.fill(...fill);
      },
      effect: (...effect: Parameters<RunLedger["effect"]>) => ledger.effect(...effect),
      resolve: () => undefined,
      held: (...unit: Parameters<RunLedger["held"]>) => ledger.held(...unit),
      score: (...when: Parameters<RunLedger["score"]>) => ledger.score(...when),
    };
  };

  test("is caught where a score peeks at it", async () => {
    const proof = await prove({ scores: peeking });
    expect(proof.sampled).toBe(4);
    expect(proof.differing.length).toBeGreaterThan(0);
  });
});
