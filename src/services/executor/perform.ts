import { unreachable } from "../../core/assert.ts";
import type { Command } from "../../core/engine/command.ts";
import type { BookSubject, EngineEvent, EventOf } from "../../core/engine/event.ts";
import { AbortedError, InvariantError } from "../../core/errors.ts";
import type { MarketView } from "../../core/execution/market-view.ts";
import type { Execution } from "../../core/execution/order.ts";
import type { ClientOrderId, MarketId, TokenId } from "../../core/ids/ids.ts";
import type { OrderBook } from "../../core/market/market.ts";
import type { ApprovedOrder } from "../../core/risk/check-order.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { BookSource } from "../../ports/book-source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Venue } from "../../ports/venue.ts";
import type { ExecutorTiming } from "./executor-config.ts";
import { createLimiter } from "./limiter.ts";
import { logNotice } from "./log-notice.ts";
import type { Mailbox } from "./mailbox.ts";

export type PerformerDeps = {
  readonly books: BookSource;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing: ExecutorTiming;
  readonly mailbox: Mailbox;
  readonly chainAsOf: () => EpochMs | null;
  readonly signal: AbortSignal;
};

/** Does what the engine wants, beside the loop; every answer goes into the mailbox as an event. */
export type Performer = {
  perform(commands: readonly Command[]): void;
  /** The answer to a request for a book, where it is known without asking. */
  answer(command: Command): EngineEvent | null;
  /** Values what is held at its best bid; one round at a time. */
  mark(tokens: readonly TokenId[]): void;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
};

/** Levels kept with a decision: enough to see why; the venue walks the whole book by itself. */
const LEVELS_KEPT = 20;

export function createPerformer(deps: PerformerDeps): Performer {
  const { books, venue, clock, logger, timing, mailbox, signal } = deps;
  const limit = createLimiter(timing.booksInFlightMax);
  const { start, idle } = createTasks(mailbox);
  let marking = false;

  async function observeBook(subject: BookSubject, marketId: MarketId, tokenId: TokenId): Promise<void> {
    try {
      const view = await limit(async () => {
        const observedAt = clock.nowMs();
        const [book, terms] = await Promise.all([books.fetchBook(tokenId, signal), books.fetchTerms(marketId, signal)]);
        return { ...viewOf({ book, terms }, observedAt), chainAsOf: deps.chainAsOf() };
      });
      mailbox.push({ kind: "bookObserved", at: clock.nowMs(), subject, view });
    } catch (error) {
      const reason = reasonOf(error);
      logger.warn("order book not read", { tokenId, reason });
      mailbox.push({ kind: "bookFailed", at: clock.nowMs(), subject, reason });
    }
  }

  async function placeOrder(order: ApprovedOrder): Promise<void> {
    const { clientOrderId } = order;
    while (!signal.aborted) {
      try {
        const result = await venue.place(order, signal, progressOf(clientOrderId, deps));
        mailbox.push({ kind: "orderResult", at: clock.nowMs(), clientOrderId, result });
        return;
      } catch (error) {
        // Not "rejected": the order stays in flight, and asking with the same id makes no second one.
        logger.warn("order without an answer", { clientOrderId, reason: reasonOf(error) });
        await clock.sleep(timing.retryMs, signal);
      }
    }
  }

  async function readBid(tokenId: TokenId): Promise<EventOf<"positionsMarked">["bids"]> {
    try {
      const book = await limit(() => books.fetchBook(tokenId, signal));
      const bid = book?.bids[0]?.price;
      return bid === undefined ? [] : [{ tokenId, bid, ask: book?.asks[0]?.price ?? null }];
    } catch (error) {
      logger.debug("position not marked", { tokenId, reason: reasonOf(error) });
      return [];
    }
  }

  async function markAll(tokens: readonly TokenId[]): Promise<void> {
    const bids = await Promise.all(tokens.map(readBid));
    if (!signal.aborted) mailbox.push({ kind: "positionsMarked", at: clock.nowMs(), bids: bids.flat() });
  }

  function perform(command: Command): void {
    switch (command.kind) {
      case "requestBook":
        start(observeBook(command.subject, command.marketId, command.tokenId));
        break;
      case "placeOrder":
        start(placeOrder(command.order));
        break;
      case "cancelOrder":
        venue.withdraw(command.clientOrderId);
        break;
      case "notify":
        logNotice(logger, command.notice);
        break;
      default:
        unreachable(command);
    }
  }

  return {
    answer(command) {
      if (command.kind !== "requestBook") return null;
      const known = books.peek?.(command.marketId, command.tokenId);
      if (!known) return null;
      const at = clock.nowMs();
      const view = { ...viewOf(known, addMs(at, -known.ageMs)), chainAsOf: deps.chainAsOf() };
      return { kind: "bookObserved", at, subject: command.subject, view };
    },
    perform(commands) {
      for (const command of commands) perform(command);
    },
    mark(tokens) {
      if (marking || tokens.length === 0) return;
      marking = true;
      const done = (): void => {
        marking = false;
      };
      start(markAll(tokens).finally(done));
    },
    idle,
  };
}

/** What is under way; whatever ends badly there is the loop's. */
function createTasks(mailbox: Mailbox) {
  const tasks = new Set<Promise<void>>();
  return {
    start(task: Promise<void>): void {
      const settled = task.catch((error: unknown) => {
        if (!(error instanceof AbortedError)) mailbox.fail(error);
      });
      tasks.add(settled);
      void settled.then(() => tasks.delete(settled));
    },
    async idle(): Promise<void> {
      while (tasks.size > 0) await Promise.all(tasks);
    },
  };
}

const progressOf =
  (clientOrderId: ClientOrderId, { mailbox, clock }: PerformerDeps) =>
  (executions: readonly Execution[]): void =>
    mailbox.push({ kind: "orderProgressed", at: clock.nowMs(), clientOrderId, executions });

const viewOf = ({ book, terms }: Pick<MarketView, "book" | "terms">, observedAt: EpochMs) => ({
  ...{ book: book === null ? null : topOf(book), terms, observedAt },
});

const topOf = (book: OrderBook): OrderBook => ({
  ...book,
  bids: book.bids.slice(0, LEVELS_KEPT),
  asks: book.asks.slice(0, LEVELS_KEPT),
});

/** For what may pass. Being asked to stop unwinds, and an error of our own stops the process. */
function reasonOf(error: unknown): string {
  if (error instanceof AbortedError || error instanceof InvariantError || !(error instanceof Error)) throw error;
  return error.message;
}
