import { OutcomeUnknownError, TransientError } from "../../core/errors.ts";
import { estimatePrior } from "../../core/reputation/edge.ts";
import { foldEntries, foldResolutions, replayEntries } from "../../core/reputation/fold.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import { computeWalletScore } from "../../core/reputation/wallet-score.ts";
import { addMs, DAY_MS, SECOND_MS } from "../../core/time/time.ts";
import type { FillHistory } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { LedgerRules, LedgerStep, ReputationStore, TierChange } from "../../ports/reputation-store.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { Wake } from "../../ports/wake.ts";

import { applyWaiting } from "./apply-waiting.ts";

export type ReputationConfig = {
  /** CALCULATION_INTERVAL_SECONDS: from the end of one calculation to the start of the next. */
  readonly intervalSeconds: number;
  /** REPUTATION_LOOKBACK_DAYS, by closing time. */
  readonly lookbackDays: number;
  /** Fills and wallets of one transaction; on the embedded engine others wait that long. */
  readonly fillsPerStep?: number;
  readonly walletsPerStep?: number;
};

export type ReputationDeps = {
  readonly store: ReputationStore;
  /** For fills that left the database: only computing everything again needs them. */
  readonly history: FillHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wake: Wake;
  readonly config: ReputationConfig;
};

export type Calculation = {
  readonly fills: number;
  readonly units: number;
  readonly replayedUnits: number;
  /** Wallets calculated, and those whose published score changed. */
  readonly wallets: number;
  readonly changedScores: number;
  readonly newWhales: number;
  readonly durationMs: number;
};

export type ReputationService = Service & {
  /** One calculation: everything finalized into the ledger, then every score that it changes. */
  calculate(signal?: AbortSignal): Promise<Calculation>;
  /**
   * Throws the ledger away and computes it again from all fills; scores stand until they are calculated anew.
   * @throws InputError before that, when a file of the archive is not there
   */
  rebuildAll(signal?: AbortSignal): Promise<Calculation>;
};

const FILLS_PER_STEP = 5_000;
const WALLETS_PER_STEP = 1_250;
/** Steps at once: one is calculated while another is read or written. */
const SCORE_LANES = 2;
const RETRY_AFTER_MS = 5 * SECOND_MS;
const WHALES_LOGGED = 20;

const RULES: LedgerRules = { foldEntries, replayEntries, foldResolutions };

export function createReputationService(deps: ReputationDeps): ReputationService {
  const { clock, config } = deps;
  const logger = deps.logger.with({ service: "reputation" });
  let health: Health = { ready: false, detail: "has not calculated scores yet" };

  async function calculate(signal?: AbortSignal): Promise<Calculation> {
    const result = await runCalculation({ ...deps, logger }, signal);
    logger.info("scores calculated", result);
    return result;
  }

  return {
    name: "reputation",
    health: () => health,
    calculate,
    async rebuildAll(signal) {
      await reset(deps);
      return calculate(signal);
    },
    async run(signal) {
      while (!signal.aborted) {
        let restMs = config.intervalSeconds * SECOND_MS;
        try {
          await calculate(signal);
          health = { ready: true, detail: "scores are up to date" };
        } catch (error) {
          // A commit whose outcome is unknown is found out by going on: what is still to be done stands in the database.
          if (!(error instanceof TransientError || error instanceof OutcomeUnknownError)) throw error;
          restMs = Math.min(restMs, RETRY_AFTER_MS);
          health = { ready: false, detail: `could not calculate scores: ${error.message}` };
          logger.warn("scores not calculated", { code: error.code, reason: error.message });
        }
        if (signal.aborted) return;
        logger.info("sleeping", { forSeconds: restMs / SECOND_MS });
        await clock.sleep(restMs, signal);
      }
    },
  };
}

async function runCalculation(deps: ReputationDeps, signal: AbortSignal | undefined): Promise<Calculation> {
  const { store, clock, logger, wake, config } = deps;
  const startedAt = clock.nowMs();
  if ((await store.takeIn(startedAt)).mustReset) {
    logger.warn("ledger set back: a finalized block was retracted");
    await reset(deps);
  }
  const fillsPerStep = config.fillsPerStep ?? FILLS_PER_STEP;
  const applied = await sumUp(signal, applyWaiting({ store, history: deps.history, fillsPerStep }, RULES));
  // After the fills: a token linked while they were applied is found too.
  if (!isAborted(signal)) await store.findLate();
  const due = await sumUp(
    signal,
    each(() => store.applyDue(fillsPerStep, RULES)),
  );
  const scores = isAborted(signal) ? NO_SCORES : await scoreWallets(deps, signal);
  if (scores.changed > 0) await hint(wake, logger);
  for (const whale of scores.newWhales.slice(0, WHALES_LOGGED)) {
    logger.info("new whale", { wallet: whale.wallet, score: whale.score, closedMarkets: whale.closedMarkets });
  }
  return {
    fills: applied.fills,
    units: applied.units + due.units,
    replayedUnits: applied.replayed + due.replayed,
    wallets: scores.scored,
    changedScores: scores.changed,
    newWhales: scores.newWhales.length,
    durationMs: clock.nowMs() - startedAt,
  };
}

async function hint(wake: Wake, logger: Logger): Promise<void> {
  try {
    await wake.notify("orderflow_scores");
  } catch (error) {
    // Readers poll besides.
    logger.debug("hint not given", { error });
  }
}

type Scores = { readonly scored: number; readonly changed: number; readonly newWhales: readonly TierChange[] };
const NO_SCORES: Scores = { scored: 0, changed: 0, newWhales: [] };

async function scoreWallets(
  { store, clock, config, logger }: ReputationDeps,
  signal: AbortSignal | undefined,
): Promise<Scores> {
  const startedAt = clock.nowMs();
  const cutoff = addMs(startedAt, -config.lookbackDays * DAY_MS);
  const washed = await store.findWash(cutoff, startedAt);
  if (washed !== null) logger.info("wash clusters looked for", { wallets: washed });
  await store.moveWindow(cutoff, SCORE_VERSION);
  const total = { scored: 0, changed: 0, newWhales: [] as TierChange[] };
  const lane = async (): Promise<void> => {
    while (!isAborted(signal)) {
      // Each step at its own time: a score counts as known from when it was written, not from when the run began.
      const wallets = config.walletsPerStep ?? WALLETS_PER_STEP;
      const step = await store.scoreDue(wallets, cutoff, clock.nowMs(), computeWalletScore);
      if (step === null) return;
      total.scored += step.scored;
      total.changed += step.changed;
      total.newWhales.push(...step.newWhales);
    }
  };
  do {
    await allSettled(Array.from({ length: SCORE_LANES }, lane));
  } while (!(isAborted(signal) || (await store.endRun())));
  const { published, population } = await store.edgePrior();
  const prior = estimatePrior(population);
  if (prior.k !== published.k || prior.variance !== published.variance) {
    await store.publishPrior(prior, clock.nowMs());
  }
  return total;
}

/** Like Promise.all, but nothing goes on behind the first failure. */
async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === "rejected") throw result.reason;
}

async function reset({ store, history, clock }: ReputationDeps): Promise<void> {
  await history.requireFiles();
  await store.reset(clock.nowMs());
}

async function* each(next: () => Promise<LedgerStep | null>): AsyncGenerator<LedgerStep> {
  for (let step = await next(); step !== null; step = await next()) yield step;
}

async function sumUp(signal: AbortSignal | undefined, steps: AsyncGenerator<LedgerStep>): Promise<LedgerStep> {
  const total = { fills: 0, units: 0, replayed: 0 };
  if (isAborted(signal)) return total;
  for await (const step of steps) {
    total.fills += step.fills;
    total.units += step.units;
    total.replayed += step.replayed;
    if (isAborted(signal)) break;
  }
  return total;
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
