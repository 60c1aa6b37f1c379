import { z } from "zod";
import type { ChainHint, LogSource } from "../../ports/log-source.ts";
import { shownUrl } from "./endpoints.ts";
import { type FeedOptions, keepFeed, readJson, subscribeCall } from "./feed.ts";

/** The node's yes to `eth_subscribe`. */
const confirmation = z.object({ id: z.literal(1), result: z.string() });

/** The number of a new head. Everything else of the message is no business of a hint. */
const notification = z.object({
  method: z.literal("eth_subscription"),
  params: z.object({ result: z.object({ number: z.string().optional() }) }),
});

export type Subscription = {
  readonly subscribe: LogSource["subscribe"];
  /** A head that was read elsewhere: a feed that has not named any of the last three blocks is replaced. */
  noteHead(head: number): void;
};

/** Blocks that a living feed may be behind what is read elsewhere. */
const BEHIND_MAX = 3;

/**
 * `eth_subscribe` for heads, as hints only: what it misses is found by polling, what it says is read again. Not for logs:
 * a thousand messages a block would say no more than its head, and their answer would wait behind them.
 */
export function createSubscription(options: FeedOptions): Subscription {
  const { logger } = options;
  /** The newest block that the feed in use named; before that, the head at which it was opened. */
  let heard = -1;
  let known = -1;
  let isConfirmed = false;
  let replace = (): void => {};

  function follow(onHint: (hint: ChainHint) => void, signal: AbortSignal): Promise<void> {
    return keepFeed(
      options,
      {
        opened(socket, url) {
          heard = known;
          isConfirmed = false;
          replace = () => {
            replace = () => {};
            logger.info("silent feed replaced", { endpoint: shownUrl(url), blocks: known - heard });
            socket.terminate();
          };
          socket.send(subscribeCall(1, ["newHeads"]));
          logger.debug("subscribed", { endpoint: shownUrl(url) });
        },
        heard(text) {
          if (!isConfirmed && isConfirmation(text)) {
            isConfirmed = true;
            // What was mined until now nobody will announce.
            onHint({ head: null });
          }
          const hint = readHint(text);
          if (hint === null) return false;
          heard = Math.max(heard, hint.head ?? -1);
          onHint(hint);
          return true;
        },
        closed() {
          replace = () => {};
        },
      },
      signal,
    );
  }

  return {
    subscribe: (onHint, signal) => void follow(onHint, signal),
    noteHead(head) {
      if (heard < 0) heard = head;
      known = Math.max(known, head);
      if (known - heard >= BEHIND_MAX) replace();
    },
  };
}

const isConfirmation = (text: string): boolean => confirmation.safeParse(readJson(text)).success;

/** @returns null for answers and for anything unknown: a hint that cannot be read is no hint. */
export function readHint(text: string): ChainHint | null {
  const parsed = notification.safeParse(readJson(text));
  if (!parsed.success) return null;
  const head = Number(parsed.data.params.result.number ?? Number.NaN);
  return { head: Number.isSafeInteger(head) && head >= 0 ? head : null };
}
