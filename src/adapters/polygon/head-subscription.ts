import { WebSocket } from "ws";
import { z } from "zod";
import type { Clock } from "../../ports/clock.ts";
import type { ChainHint, LogSource } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import { shownUrl } from "./endpoints.ts";
import { network, type Socket, type Transport } from "./transport.ts";

export type SubscriptionOptions = {
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Silence after which the connection is asked whether it lives; after twice that it is given up. */
  readonly quietMs: number;
  readonly transport?: Transport;
};

const RECONNECT_MS = 1_000;
const RECONNECT_MAX_MS = 120_000;

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

/** What the feed in use has said, against what is known from elsewhere. */
type FeedWatch = {
  /** The newest block that it named; before that, the head at which it was opened. */
  heard: number;
  known: number;
  replace: () => void;
};

/**
 * `eth_subscribe` for heads, as hints only: what it misses is found by polling, what it says is read again. Not for logs:
 * a thousand messages a block would say no more than its head, and their answer would wait behind them.
 */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const watched: FeedWatch = { heard: -1, known: -1, replace: () => {} };
  return {
    subscribe(onHint, signal) {
      void keepConnected({ ...options, watched }, onHint, signal);
    },
    noteHead(head) {
      if (watched.heard < 0) watched.heard = head;
      watched.known = Math.max(watched.known, head);
      if (watched.known - watched.heard >= BEHIND_MAX) watched.replace();
    },
  };
}

type WatchedOptions = SubscriptionOptions & { readonly watched: FeedWatch };

async function keepConnected(
  options: WatchedOptions,
  onHint: (hint: ChainHint) => void,
  signal: AbortSignal,
): Promise<void> {
  const { urls, clock, random, logger } = options;
  let failures = 0;
  for (let turn = 0; urls.length > 0 && !signal.aborted; turn += 1) {
    const url = urls[turn % urls.length] as string;
    const heard = await listenOnce(url, options, onHint, signal);
    if (signal.aborted) return;
    failures = heard ? 0 : failures + 1;
    const pauseMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
    logger.debug("subscription lost", { endpoint: shownUrl(url), pauseMs });
    await clock.sleep(pauseMs, signal);
  }
}

/** One connection, until it ends for whatever reason. @returns whether it ever said something. */
function listenOnce(
  url: string,
  { clock, logger, quietMs, transport = network, watched }: WatchedOptions,
  onHint: (hint: ChainHint) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = transport.openSocket(url, { handshakeTimeout: quietMs, maxPayload: 16 * 1024 * 1024 });
    const ended = new AbortController();
    let heard = false;
    let isConfirmed = false;
    let lastHeardAt = clock.nowMs();
    const hear = (): void => {
      lastHeardAt = clock.nowMs();
    };
    const stop = (): void => socket.terminate();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("open", () => {
      hear();
      watched.heard = watched.known;
      watched.replace = () => {
        watched.replace = () => {};
        logger.info("silent feed replaced", { endpoint: shownUrl(url), blocks: watched.known - watched.heard });
        socket.terminate();
      };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] }));
      logger.debug("subscribed", { endpoint: shownUrl(url) });
    });
    socket.on("pong", hear);
    socket.on("message", (data) => {
      hear();
      const text = String(data);
      if (!isConfirmed && isConfirmation(text)) {
        isConfirmed = true;
        // What was mined until now nobody will announce.
        onHint({ head: null });
      }
      const hint = readHint(text);
      if (hint === null) return;
      heard = true;
      watched.heard = Math.max(watched.heard, hint.head ?? -1);
      onHint(hint);
    });
    // The reason is of no use to anybody: "close" follows, and the next turn tries again.
    socket.on("error", () => {});
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      watched.replace = () => {};
      ended.abort();
      resolve(heard);
    });
    void watch(socket, { clock, quietMs, lastHeardAt: () => lastHeardAt }, ended.signal);
  });
}

type Watched = { readonly clock: Clock; readonly quietMs: number; readonly lastHeardAt: () => number };

async function watch(socket: Socket, { clock, quietMs, lastHeardAt }: Watched, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await clock.sleep(quietMs, ended);
    if (ended.aborted) return;
    const silentMs = clock.nowMs() - lastHeardAt();
    if (silentMs >= 2 * quietMs) socket.terminate();
    else if (silentMs >= quietMs && socket.readyState === WebSocket.OPEN) socket.ping();
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isConfirmation = (text: string): boolean => confirmation.safeParse(readJson(text)).success;

/** @returns null for answers and for anything unknown: a hint that cannot be read is no hint. */
export function readHint(text: string): ChainHint | null {
  const parsed = notification.safeParse(readJson(text));
  if (!parsed.success) return null;
  const head = Number(parsed.data.params.result.number ?? Number.NaN);
  return { head: Number.isSafeInteger(head) && head >= 0 ? head : null };
}
