import { describe, expect, it } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { InvariantError, TransientError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { DEFAULT_PRIOR, type EdgePrior } from "../../core/reputation/edge.ts";
import { addMs, DAY_MS, epochMs } from "../../core/time/time.ts";
import type { FillHistory } from "../../ports/archive.ts";
import type { LogFields, Logger } from "../../ports/logger.ts";
import type { ReputationStore, ScoreStep } from "../../ports/reputation-store.ts";
import { createReputationService } from "./reputation-service.ts";

const WHALE = parseAddress(`0x${"ab".repeat(20)}`);
const NO_CROWD = { wallets: 0n, markets: 0n, marketsSquared: 0n, sum: 0n, sumOfSquares: 0n, squaredSumOverMarkets: 0n };

const NO_HISTORY: FillHistory = {
  requireFiles: async () => {},
  async *readFills() {},
  async *readEvidence() {},
};

/** A store whose ledger has nothing to do and that hands out the given score steps, one a calculation. */
function createScriptedStore(script: (ScoreStep | Error)[]) {
  const cutoffs: number[] = [];
  let published: EdgePrior = DEFAULT_PRIOR;
  let isScored = false;
  const store: ReputationStore = {
    takeIn: async () => ({ entries: 0, mustReset: false }),
    nextArchived: async () => null,
    applyFills: async () => null,
    findLate: async () => 0,
    applyDue: async () => null,
    findWash: async () => null,
    async moveWindow(cutoff) {
      cutoffs.push(cutoff);
      isScored = false;
    },
    async scoreDue() {
      const next = isScored ? undefined : script.shift();
      isScored = true;
      if (next instanceof Error) throw next;
      return next ?? null;
    },
    endRun: async () => true,
    edgePrior: async () => ({ published, population: NO_CROWD }),
    async publishPrior(prior) {
      published = prior;
    },
    reset: async () => {},
    scoreAsOf: async () => null,
    tierAsOf: async () => "AVERAGE",
  };
  return { store, cutoffs };
}

function createLines() {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const logger: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: () => logger,
  };
  return { lines, logger };
}

const step = (overrides: Partial<ScoreStep> = {}): ScoreStep => ({
  scored: 1,
  changed: 0,
  newWhales: [],
  ...overrides,
});
const START = epochMs(Date.UTC(2026, 0, 1));

function start(script: (ScoreStep | Error)[]) {
  const clock = createManualClock(START);
  const { store, cutoffs } = createScriptedStore(script);
  const { lines, logger } = createLines();
  const hints: string[] = [];
  const service = createReputationService({
    ...{ store, history: NO_HISTORY, clock, logger, config: { intervalSeconds: 3600, lookbackDays: 90 } },
    wake: { notify: async (channel) => void hints.push(channel), listen: async () => async () => {} },
  });
  const stop = new AbortController();
  return { clock, cutoffs, lines, hints, service, stop, running: service.run(stop.signal) };
}

describe("reputation service", () => {
  it("calculates at once, then again after every interval, with the window moved along", async () => {
    const { clock, cutoffs, service, stop, running, lines } = start([step()]);
    await clock.untilSleeping();
    expect(service.health()).toEqual({ ready: true, detail: "scores are up to date" });
    await clock.advance(3_600_000);
    await clock.untilSleeping();
    expect(cutoffs).toEqual([addMs(START, -90 * DAY_MS), addMs(START, 3_600_000 - 90 * DAY_MS)]);
    expect(lines.map((line) => line.message)).toEqual([
      "scores calculated",
      "sleeping",
      "scores calculated",
      "sleeping",
    ]);
    stop.abort();
    await running;
  });

  it("gives the hint and names new whales only when scores changed", async () => {
    const whale = { wallet: WHALE, tier: "WHALE", score: 7.5, closedMarkets: 40 } as const;
    const { clock, hints, lines, stop, running } = start([step(), step({ changed: 3, newWhales: [whale] })]);
    await clock.untilSleeping();
    expect(hints).toEqual([]);
    await clock.advance(3_600_000);
    await clock.untilSleeping();
    expect(hints).toEqual(["orderflow_scores"]);
    expect(lines.filter((line) => line.message === "new whale")).toEqual([
      { level: "info", message: "new whale", fields: { wallet: WHALE, score: 7.5, closedMarkets: 40 } },
    ]);
    stop.abort();
    await running;
  });

  it("waits and tries again when the database is away, and says so", async () => {
    const { clock, service, stop, running, lines } = start([
      new TransientError("DATABASE_UNAVAILABLE", "away"),
      step(),
    ]);
    await clock.untilSleeping();
    expect(service.health()).toEqual({ ready: false, detail: "could not calculate scores: away" });
    await clock.advance(5_000);
    await clock.untilSleeping();
    expect(service.health().ready).toBe(true);
    expect(lines.map((line) => line.message)).toEqual([
      "scores not calculated",
      "sleeping",
      "scores calculated",
      "sleeping",
    ]);
    stop.abort();
    await running;
  });

  it("does not outlive a broken invariant", async () => {
    const { running } = start([new InvariantError("INVARIANT_BROKEN", "books do not add up")]);
    await expect(running).rejects.toThrow("books do not add up");
  });

  it("ends without another calculation when stopped while it sleeps", async () => {
    const { clock, cutoffs, stop, running } = start([]);
    await clock.untilSleeping();
    stop.abort();
    await running;
    expect(cutoffs.length).toBe(1);
  });

  it("says that it has not calculated anything before its first run", () => {
    const { store } = createScriptedStore([]);
    const service = createReputationService({
      ...{ store, history: NO_HISTORY, clock: createManualClock(), logger: createQuietLogger() },
      ...{
        wake: { notify: async () => {}, listen: async () => async () => {} },
        config: { intervalSeconds: 1, lookbackDays: 1 },
      },
    });
    expect(service.health().ready).toBe(false);
  });
});
