import { AbortedError, PayloadError, RejectedError, TransientError } from "../../core/errors.ts";
import type { MarketId } from "../../core/ids/ids.ts";
import { formatUsd, sumUsd } from "../../core/money/amounts.ts";
import { addMs, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Health, Service } from "../../ports/service.ts";
import type { Claim, RedemptionRecord } from "../../ports/settlement-store.ts";
import { beginRedemption } from "./begin-redemption.ts";
import { followRedemption } from "./follow-redemption.ts";
import { findCandidates, findObstacle, OBSTACLE_FIXES, type Obstacle, readClaims } from "./read-claims.ts";
import type { SettlementDeps } from "./settlement-deps.ts";

const LOOK_EVERY_MS = 5 * MINUTE_MS;
const FOLLOW_EVERY_MS = 5 * SECOND_MS;
const AFTER_FAILURE_MS = MINUTE_MS;
const AFTER_FAILURE_MS_MAX = 6 * HOUR_MS;
const FAILURES_TO_ALARM = 3;

type Open = Claim & { readonly obstacle: Obstacle | null };

/**
 * Redeems resolved positions, one at a time. What is signed is stored before it is sent; after a kill, chain and relayer
 * are asked before anything is sent again; and who holds nothing any more is owed nothing, so nothing happens twice.
 */
export function createSettlementService(deps: SettlementDeps): Service {
  const { clock, logger } = deps;
  /** What would revert, or the signer refuses: nothing was signed, so nothing is stored of it. */
  const hopeless = new Map<MarketId, EpochMs>();
  let health: Health = { ready: false, detail: "has not looked for claims yet" };

  async function round(signal: AbortSignal): Promise<number> {
    const [open] = await deps.store.open();
    if (open !== undefined) return (await isOver(deps, open, signal)) ? 0 : FOLLOW_EVERY_MS;
    const claims = await look(deps, signal);
    health = { ready: true, detail: describe(claims) };
    return (await beginNext(deps, claims, hopeless, signal)) ? 0 : LOOK_EVERY_MS;
  }

  return {
    name: "settlement",
    health: () => health,
    async run(signal) {
      while (!signal.aborted) {
        const waitMs = await round(signal).catch((error: unknown) => {
          if (!mayPass(error)) throw error;
          health = { ready: false, detail: "chain, relayer or signer do not answer" };
          if (!(error instanceof AbortedError)) logger.warn("settlement waits", { error });
          return FOLLOW_EVERY_MS;
        });
        if (waitMs > 0) await clock.sleep(waitMs, signal);
      }
    },
  };
}

/** Somebody else's trouble: waited for, whatever it is, because nothing is lost by waiting. */
const mayPass = (error: unknown): boolean =>
  error instanceof TransientError ||
  error instanceof RejectedError ||
  error instanceof PayloadError ||
  error instanceof AbortedError;

async function look(deps: SettlementDeps, signal: AbortSignal): Promise<readonly Open[]> {
  const claims: Open[] = [];
  for (const claim of await readClaims(deps, await findCandidates(deps, signal), signal))
    claims.push({ ...claim, obstacle: await findObstacle(deps, claim, signal) });
  await deps.store.saveClaims(claims, deps.clock.nowMs());
  return claims;
}

function describe(claims: readonly Open[]): string {
  if (claims.length === 0) return "nothing to redeem";
  const obstacles = [...new Set(claims.flatMap(({ obstacle }) => obstacle ?? []))];
  const owed = `${formatUsd(sumUsd(claims.map(({ payoutUsd }) => payoutUsd)))} USD to redeem in ${claims.length} markets`;
  return [owed, ...obstacles.map((each) => `${each}: ${OBSTACLE_FIXES[each]}`)].join("; ");
}

/** @returns whether there was one to begin */
async function beginNext(
  deps: SettlementDeps,
  claims: readonly Open[],
  hopeless: Map<MarketId, EpochMs>,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, logger, store } = deps;
  const now = clock.nowMs();
  for (const { obstacle, ...claim } of claims) {
    const { marketId } = claim;
    const { payoutUsd } = claim.next;
    const last = await store.last(marketId);
    const isTooEarly = last !== null && now < notBefore(last.record, last.failures);
    if (obstacle !== null || isTooEarly || now < (hopeless.get(marketId) ?? 0)) continue;
    try {
      const { attempt } = await beginRedemption(deps, claim, last?.record ?? null, signal);
      logger.info("redeeming", { marketId, payoutUsd, attempt });
      return true;
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      hopeless.set(marketId, addMs(now, HOUR_MS));
      logger.warn("cannot redeem", { marketId, payoutUsd, error });
      deps.alarm(`${formatUsd(payoutUsd)} USD of ${marketId} cannot be redeemed: ${error.message}`);
    }
  }
  return false;
}

/**
 * Longer after each failure in a row. What was replaced has its successor at once, under the same nonce. What was
 * redeemed may still show as owed on a node that lags.
 */
function notBefore({ finishedAt, outcome }: RedemptionRecord, failures: number): number {
  if (finishedAt === null || outcome === "REPLACED") return 0;
  if (outcome === "REDEEMED") return addMs(finishedAt, MINUTE_MS);
  return addMs(finishedAt, Math.min(AFTER_FAILURE_MS * 4 ** (failures - 1), AFTER_FAILURE_MS_MAX));
}

async function isOver(deps: SettlementDeps, open: RedemptionRecord, signal: AbortSignal): Promise<boolean> {
  const { clock, logger, store } = deps;
  const ending = await followRedemption(deps, open, signal);
  if (ending === null) return false;
  const { marketId, payoutUsd, attempt } = open;
  await store.finish(open, ending.outcome, ending.reason, clock.nowMs());
  if (ending.outcome === "REDEEMED") logger.info("redeemed", { marketId, payoutUsd });
  else logger.warn("not redeemed", { marketId, payoutUsd, attempt, ...ending });
  const failures = (await store.last(marketId))?.failures ?? 0;
  if (failures >= FAILURES_TO_ALARM && ending.outcome !== "REDEEMED")
    deps.alarm(`redeeming ${formatUsd(payoutUsd)} USD of ${marketId} failed ${failures} times: ${ending.reason}`);
  return true;
}
