import { z } from "zod";
import { decodeMatchCall, MATCH_ORDERS_EXCHANGES, MATCH_ORDERS_SELECTOR } from "../../core/chain/match-call.ts";
import { PayloadError } from "../../core/errors.ts";
import { parseAddress, parseTxHash } from "../../core/ids/ids.ts";
import { priceOf } from "../../core/money/amounts.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TradeHint, TradeHintSource } from "../../ports/trade-hint.ts";
import { shownUrl } from "./endpoints.ts";
import { type FeedOptions, keepFeed, readJson, subscribeCall } from "./feed.ts";

export type PendingOptions = Omit<FeedOptions, "urls"> & {
  /** `ws(s)://` of a node that tells of pending transactions with their contents. */
  readonly url: string;
  /** The program's time, by which a hint was received. */
  readonly now: Clock["nowMs"];
};

/** First what filters at the provider's (Alchemy's own), then what any geth, Bor or Erigon offers: everything. */
const SUBSCRIPTIONS: readonly (readonly unknown[])[] = [
  ["alchemy_pendingTransactions", { toAddress: MATCH_ORDERS_EXCHANGES, hashesOnly: false }],
  ["newPendingTransactions", true],
];

const refusal = z.object({ id: z.number(), error: z.object({ message: z.string() }) });
const notification = z.object({
  method: z.literal("eth_subscription"),
  params: z.object({
    result: z.union([z.string(), z.object({ hash: z.string(), to: z.string(), input: z.string() })]),
  }),
});

const SOURCE = "mempool";
/** Longer than a refusal or a hash, shorter than a transaction: of those, only calls of interest are parsed. */
const SHORT = 600;

/**
 * Calls of `matchOrders` that wait to be mined: who trades is known a second before the log (API sheet, section 3.4). A
 * call may fail, come twice, or be made up by anybody, so all that it says is a hint. V2 only.
 */
export function createPendingSource(options: PendingOptions): TradeHintSource {
  const { url, now, logger } = options;
  const isTold = new Set<string>();
  const warnOnce = (message: string): void => {
    if (!isTold.has(message)) logger.warn(message, { endpoint: shownUrl(url) });
    isTold.add(message);
  };

  function listen(onHint: (hint: TradeHint) => void, signal: AbortSignal): Promise<void> {
    let asked = 0;
    return keepFeed(
      { ...options, urls: [url] },
      {
        opened(socket) {
          asked = 1;
          socket.send(subscribeCall(asked, SUBSCRIPTIONS[0] ?? []));
        },
        heard(text, socket) {
          const isOfInterest = text.includes(MATCH_ORDERS_SELECTOR.slice(2)) || text.length < SHORT;
          const message = isOfInterest ? readMessage(text, now()) : OTHER;
          if (message.kind === "refused" && message.id === asked) {
            const next = SUBSCRIPTIONS[asked];
            asked += 1;
            if (next !== undefined) socket.send(subscribeCall(asked, next));
            else {
              warnOnce("the endpoint does not tell of pending transactions");
              socket.terminate();
            }
          }
          if (message.kind === "hash") {
            warnOnce("the endpoint tells of pending transactions by their hashes only");
            socket.terminate();
          }
          if (message.kind === "unreadable") warnOnce("a pending matchOrders that cannot be read");
          if (message.kind === "hints") message.hints.forEach(onHint);
          return message.kind === "hints" || !isOfInterest;
        },
      },
      signal,
    );
  }

  return { name: SOURCE, subscribe: (onHint, signal) => void listen(onHint, signal) };
}

export type PendingMessage =
  | { readonly kind: "hints"; readonly hints: readonly TradeHint[] }
  | { readonly kind: "refused"; readonly id: number }
  /** Of a transaction its hash and nothing else. */
  | { readonly kind: "hash" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "other" };

const OTHER: PendingMessage = { kind: "other" };

/** One message of such a subscription. Never throws: what cannot be read is no hint. */
export function readMessage(text: string, receivedAt: EpochMs): PendingMessage {
  const json = readJson(text);
  const refused = refusal.safeParse(json);
  if (refused.success) return { kind: "refused", id: refused.data.id };
  const parsed = notification.safeParse(json);
  if (!parsed.success) return OTHER;
  const { result } = parsed.data.params;
  if (typeof result === "string") return { kind: "hash" };
  try {
    const call = decodeMatchCall(parseAddress(result.to), result.input.toLowerCase());
    if (call === null) return OTHER;
    const txHash = parseTxHash(result.hash);
    const hints = call.fills.map(
      ({ cash, ...fill }): TradeHint => ({
        ...{ source: SOURCE, txHash, marketId: call.marketId, ...fill },
        ...{ price: priceOf(cash, fill.size, "halfEven"), occurredAt: receivedAt, receivedAt },
      }),
    );
    return { kind: "hints", hints };
  } catch (error) {
    if (error instanceof PayloadError) return { kind: "unreadable" };
    throw error;
  }
}
