import { AbortedError, OutcomeUnknownError, PayloadError, RejectedError, TransientError } from "../../core/errors.ts";
import { isPausing, isRepairable } from "../../core/execution/account-differences.ts";
import type { UnfilledReason } from "../../core/execution/order.ts";
import type { EpochMs } from "../../core/time/time.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { AccountFeed } from "../../ports/account-feed.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { Companion, CompanionSession } from "../executor/companion.ts";
import type { LiveVenueDeps } from "./live-deps.ts";
import type { OrderHints } from "./order-hints.ts";
import { type ReconcileDeps, type Reconciliation, reconcileAccount } from "./reconcile-account.ts";

export type LiveAccountDeps = ReconcileDeps & {
  readonly feed: AccountFeed;
  readonly hints: OrderHints;
  readonly outbox: Pick<AlertOutbox, "record">;
};

/** Watches over the account while an executor trades live. */
export type LiveAccount = Companion & Pick<LiveVenueDeps, "alarm" | "hold">;

const EVERY_MS = MINUTE_MS;
const RETRY_MS = 5 * SECOND_MS;
/** Nothing is bought on a comparison older than this. */
const FRESH_MS = 3 * MINUTE_MS;

/**
 * Reconciles at the start, whenever the user channel is connected anew, and every minute; holds orders back until the
 * first comparison is complete, and buys whenever the last one is old. What differs is told; where it is not explained
 * by our own orders, or a person is needed, trading is paused or halted as by command.
 */
export function createLiveAccount(deps: LiveAccountDeps): LiveAccount {
  const { clock, feed, hints, logger, outbox } = deps;
  let reconciledAt: EpochMs | null = null;
  let session: CompanionSession | null = null;
  let due = new AbortController();
  let failingSince: EpochMs | null = null;
  let isTold = false;
  /** What the last comparison of this process has asked the engine to take in. */
  let asked: ReadonlySet<string> = new Set();

  feed.listen((news) => {
    if (news.kind === "connected") due.abort();
    else if (news.kind === "order") hints.heard(news.orderHash);
    else for (const { orderHash } of news.trades) hints.heard(orderHash);
  });

  /** After a start whatever is still there pauses again: the last process may have died before its pause was stored. */
  function act({ found, fresh, misbooked }: Reconciliation): void {
    for (const { kind, subject, expected, found: seen } of fresh)
      logger.warn("the venue's account differs from our books", { kind, subject, expected, found: seen });
    for (const { clientOrderId, trades } of misbooked) session?.correct(clientOrderId, trades);
    const stuck = found.find((each) => isRepairable(each) && asked.has(`${each.kind} ${each.subject}`));
    asked = new Set(found.filter(isRepairable).map(({ kind, subject }) => `${kind} ${subject}`));
    const pausing = stuck ?? (reconciledAt === null ? found : fresh).find(isPausing);
    if (pausing !== undefined) session?.control({ kind: "pause" }, `reconcile-${pausing.kind}-${clock.nowMs()}`);
  }

  /** @returns how long to rest */
  async function once(signal: AbortSignal): Promise<number> {
    try {
      act(await reconcileAccount(deps, signal));
      if (failingSince !== null || reconciledAt === null) logger.info("account reconciled");
      reconciledAt = clock.nowMs();
      failingSince = null;
      isTold = false;
      return EVERY_MS;
    } catch (error) {
      if (!mayPass(error)) throw error;
      await onIncomplete(error.message);
      return RETRY_MS;
    }
  }

  /** A hiccup is logged; people are told once nothing is bought because of it. */
  async function onIncomplete(reason: string): Promise<void> {
    const at = clock.nowMs();
    if (failingSince === null) logger.warn("account not reconciled: there is no complete answer", { reason });
    failingSince ??= at;
    if (isTold || at - failingSince < FRESH_MS) return;
    isTold = true;
    const text = `the account cannot be reconciled, nothing is bought: ${reason}`;
    await outbox.record(`unreconciled-${failingSince}`, "error", { service: "live trading", reason: text }, at);
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      due = new AbortController();
      const restMs = await once(signal);
      await clock.sleep(restMs, AbortSignal.any([signal, due.signal]));
    }
  }

  return {
    hold(side): UnfilledReason | null {
      if (reconciledAt === null) return "NOT_RECONCILED";
      return side === "BUY" && clock.nowMs() - reconciledAt > FRESH_MS ? "NOT_RECONCILED" : null;
    },
    async alarm(sort, text) {
      const at = clock.nowMs();
      const kind = sort === "closed-only" || sort === "settlement" ? "pause" : "halt";
      logger.error("live trading needs a person", { sort, text, trading: kind });
      session?.control({ kind }, `venue-${sort}-${at}`);
      await outbox.record(`venue-${sort}-${at}`, "error", { service: "live trading", reason: `${sort}: ${text}` }, at);
    },
    async run(given) {
      session = given;
      try {
        await Promise.all([feed.run(given.signal), watch(given.signal)]);
      } catch (error) {
        if (!(error instanceof AbortedError)) throw error;
      } finally {
        session = null;
      }
    },
  };
}

/** A venue or a database that does not answer, or answers nonsense: the comparison is not complete. */
const mayPass = (error: unknown): error is Error =>
  error instanceof TransientError ||
  error instanceof RejectedError ||
  error instanceof PayloadError ||
  error instanceof OutcomeUnknownError;
