import { AbortedError, TransientError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import { addMs, DAY_MS, type EpochMs, SECOND_MS } from "../../core/time/time.ts";
import type { AccountHistory } from "../../ports/account-history.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ImportCounts, ImportRun, ImportStore } from "../../ports/import-store.ts";
import type { Logger } from "../../ports/logger.ts";
import { findCandidates } from "./candidates.ts";
import { type ResolutionCache, readWallet } from "./read-wallet.ts";

export type BootstrapDeps = {
  readonly history: AccountHistory;
  readonly store: ImportStore;
  /** Of the facts: whose now the lookback ends at. */
  readonly clock: Clock;
  /** Wall time, by which a person waits. */
  readonly wall: Clock;
  readonly logger: Logger;
  /** Has the scores of the wallets marked calculated and published. */
  readonly publish: (signal: AbortSignal) => Promise<void>;
};

export type BootstrapRequest = { readonly wallets: number; readonly days: number };

export type BootstrapProgress = {
  readonly phase: "candidates" | "wallets";
  readonly wallets: number;
  readonly walletsDone: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly leftMs: number | null;
};

export type BootstrapReport = {
  readonly run: ImportRun;
  readonly isResumed: boolean;
  /** Read by the same run before it was stopped. */
  readonly walletsBefore: number;
  readonly counts: ImportCounts;
  readonly requests: number;
  readonly retries: number;
  readonly seconds: number;
};

export const DEFAULT_WALLETS = 500;

/** Units that close inside the lookback were often opened before it: so many days more are read. */
export const LEAD_DAYS = 30;
/** A run that was stopped goes on within a day; after that its boards are old and a new one begins. */
const RESUMABLE_MS = DAY_MS;
const WALLETS_AT_A_TIME = 16;
/** Scores come out as the run goes on, not at its end. */
const PUBLISH_EVERY = 25;
/** After so many wallets in a row that could not be read, the trouble is not theirs. */
const FAILURES_MAX = 2 * WALLETS_AT_A_TIME;

/**
 * Reads the history of wallets that are worth it and has them scored. Stops whenever it is asked to, between two
 * requests; the next run goes on with the wallets that are left.
 * @returns null when somebody else is at it
 * @throws AbortedError, TransientError when the venue cannot be reached, and what AccountHistory throws for boards
 */
export async function runBootstrap(
  deps: BootstrapDeps,
  request: BootstrapRequest,
  onProgress: (progress: BootstrapProgress) => void,
  signal: AbortSignal,
): Promise<BootstrapReport | null> {
  const release = await deps.store.lock();
  if (release === null) return null;
  try {
    return await run(deps, request, onProgress, signal);
  } finally {
    await release();
  }
}

async function run(
  deps: BootstrapDeps,
  request: BootstrapRequest,
  onProgress: (progress: BootstrapProgress) => void,
  signal: AbortSignal,
): Promise<BootstrapReport> {
  const { store, clock, wall, history } = deps;
  const startedAt = wall.nowMs();
  const before = history.use();
  const resumed = await findUnfinished(deps, request);
  onProgress({ phase: "candidates", wallets: 0, walletsDone: 0, requests: 0, requestsPerSecond: 0, leftMs: null });
  const current = resumed ?? (await start(deps, request, signal));
  const wallets = await store.pending(current.runId);
  const { pending, done, incomplete, failed } = await store.counts(current.runId);
  const progress = { wallets: pending + done + incomplete + failed, walletsBefore: done + incomplete + failed };
  const meter = createMeter(wall, () => history.use().requests - before.requests, progress, onProgress);
  await readAll(deps, current, wallets, meter, signal);
  await deps.publish(signal);
  const counts = await store.counts(current.runId);
  if (counts.pending === 0) await store.finishRun(current.runId, clock.nowMs());
  const after = history.use();
  return {
    run: current,
    isResumed: resumed !== null,
    walletsBefore: progress.walletsBefore,
    counts,
    requests: after.requests - before.requests,
    retries: after.retries - before.retries,
    seconds: (wall.nowMs() - startedAt) / SECOND_MS,
  };
}

async function findUnfinished({ store, clock }: BootstrapDeps, request: BootstrapRequest): Promise<ImportRun | null> {
  const run = await store.unfinishedRun(addMs(clock.nowMs(), -RESUMABLE_MS));
  return run !== null && run.days === request.days && run.walletsWanted === request.wallets ? run : null;
}

async function start(
  { history, store, clock, logger }: BootstrapDeps,
  { wallets, days }: BootstrapRequest,
  signal: AbortSignal,
): Promise<ImportRun> {
  const { lagSeconds } = await history.freshness(signal);
  if (lagSeconds !== null && lagSeconds > 600) logger.warn("the venue's history of accounts is behind", { lagSeconds });
  const candidates = await findCandidates(history, wallets, signal);
  const startedAt = clock.nowMs();
  const historyFrom = addMs(startedAt, -(days + LEAD_DAYS) * DAY_MS);
  return store.startRun({ walletsWanted: wallets, days, historyFrom, startedAt }, candidates);
}

type Meter = { walletDone(): number };

/** `walletsBefore` were read by the same run before it was stopped. */
function createMeter(
  wall: Clock,
  requests: () => number,
  { wallets, walletsBefore }: { readonly wallets: number; readonly walletsBefore: number },
  onProgress: (progress: BootstrapProgress) => void,
): Meter {
  const startedAt: EpochMs = wall.nowMs();
  let walletsDone = walletsBefore;
  const show = (): void => {
    const elapsedMs = Math.max(SECOND_MS, wall.nowMs() - startedAt);
    const readNow = walletsDone - walletsBefore;
    const leftMs = readNow === 0 ? null : (elapsedMs / readNow) * (wallets - walletsDone);
    const requestsPerSecond = (requests() * SECOND_MS) / elapsedMs;
    onProgress({ phase: "wallets", wallets, walletsDone, requests: requests(), requestsPerSecond, leftMs });
  };
  show();
  return {
    walletDone() {
      walletsDone += 1;
      show();
      return walletsDone;
    },
  };
}

async function readAll(
  { history, store, clock, logger, publish }: BootstrapDeps,
  { runId, historyFrom }: ImportRun,
  wallets: readonly Address[],
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  const resolutions: ResolutionCache = new Map();
  const queue = [...wallets];
  // One that fails stops the others, so that nothing goes on after the lock was given back.
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let failuresInARow = 0;

  async function readNext(wallet: Address): Promise<void> {
    try {
      const imported = await readWallet({ history, store, resolutions }, wallet, historyFrom, stop);
      await store.save(runId, imported, clock.nowMs());
      failuresInARow = 0;
    } catch (error) {
      failuresInARow += 1;
      if (!(error instanceof TransientError) || failuresInARow >= FAILURES_MAX) throw error;
      logger.warn("wallet left for the next run", { wallet, code: error.code, reason: error.message });
    }
    if (meter.walletDone() % PUBLISH_EVERY === 0) await publish(stop);
  }
  async function work(): Promise<void> {
    for (let wallet = queue.shift(); wallet !== undefined && !stop.aborted; wallet = queue.shift()) {
      await readNext(wallet);
    }
  }
  const workers = Array.from({ length: WALLETS_AT_A_TIME }, () =>
    work().catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(workers);
  if (signal.aborted) throw new AbortedError();
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  const cause = reasons.find((reason) => !(reason instanceof AbortedError)) ?? reasons[0];
  if (cause !== undefined) throw cause;
}
