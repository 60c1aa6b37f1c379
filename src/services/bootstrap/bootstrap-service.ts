import {
  AbortedError,
  PayloadError,
  ProviderInconsistencyError,
  RejectedError,
  TransientError,
} from "../../core/errors.ts";
import { addMs, DAY_MS, MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Health, Service } from "../../ports/service.ts";
import { type BootstrapDeps, type BootstrapRequest, runBootstrap } from "./run-bootstrap.ts";

const RETRY_AFTER_MS = 5 * MINUTE_MS;

/**
 * Scores for a database without any, once; then it rests. Whatever the venue answers, the others go on: without an
 * import, scores come from the chain alone, only later.
 */
export function createBootstrapService(deps: BootstrapDeps, request: BootstrapRequest): Service {
  const logger = deps.logger.with({ service: "bootstrap" });
  let health: Health = { ready: false, detail: "has not looked yet" };
  let isToldOf = false;

  /** Once, however long it lasts: the others have no part in it. */
  function tellOf({ code, message }: VenueError): void {
    health = { ready: false, detail: `could not read accounts: ${message}` };
    const tell = isToldOf ? logger.debug : logger.warn;
    tell("no history of accounts: scores come from the chain alone until it answers", {
      ...{ code, reason: message, retryInSeconds: RETRY_AFTER_MS / SECOND_MS },
    });
    isToldOf = true;
  }

  async function isNeeded(): Promise<boolean> {
    const unfinished = await deps.store.unfinishedRun(addMs(deps.clock.nowMs(), -DAY_MS));
    return unfinished !== null || !(await deps.store.hasScores());
  }

  async function attempt(signal: AbortSignal): Promise<"over" | "again"> {
    if (!(await isNeeded())) {
      health = { ready: true, detail: "there are scores already" };
      return "over";
    }
    logger.info("reading the venue's history of accounts", request);
    const report = await runBootstrap(
      { ...deps, logger },
      request,
      ({ walletsDone, wallets }) => {
        health = { ready: false, detail: `has read ${walletsDone} of ${wallets} accounts` };
      },
      signal,
    );
    if (report === null || report.counts.pending > 0) {
      health = { ready: false, detail: report === null ? "another process reads accounts" : "some accounts are left" };
      return "again";
    }
    const { counts, requests, seconds } = report;
    const { done, incomplete, failed } = counts;
    logger.info("accounts read", { scored: done, incomplete, failed, requests, seconds: Math.round(seconds) });
    health = { ready: true, detail: `${done} accounts scored from the venue's history` };
    return "over";
  }

  return {
    name: "bootstrap",
    health: () => health,
    async run(signal) {
      while (!signal.aborted) {
        try {
          if ((await attempt(signal)) === "over") break;
        } catch (error) {
          if (error instanceof AbortedError) return;
          if (!isOfVenue(error)) throw error;
          tellOf(error);
        }
        await deps.wall.sleep(RETRY_AFTER_MS, signal);
      }
      if (!signal.aborted) {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      }
    },
  };
}

type VenueError = TransientError | RejectedError | PayloadError | ProviderInconsistencyError;

const isOfVenue = (error: unknown): error is VenueError =>
  [TransientError, RejectedError, PayloadError, ProviderInconsistencyError].some((kind) => error instanceof kind);
