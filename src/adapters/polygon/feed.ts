import { WebSocket } from "ws";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { shownUrl } from "./endpoints.ts";
import { network, type Socket, type Transport } from "./transport.ts";

export type FeedOptions = {
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Silence after which the connection is asked whether it lives; after twice that it is given up. */
  readonly quietMs: number;
  readonly transport?: Transport;
};

export type FeedUser = {
  /** A connection stands: says over it what is wanted. */
  opened(socket: Socket, url: string): void;
  /** @returns true when the message is what the feed is there for */
  heard(text: string, socket: Socket, url: string): boolean;
  closed?(): void;
};

const RECONNECT_MS = 1_000;
const RECONNECT_MAX_MS = 120_000;

/** Keeps one connection to a node's WebSocket, the next URL after each end, until `signal` aborts; it never fails. */
export async function keepFeed(options: FeedOptions, user: FeedUser, signal: AbortSignal): Promise<void> {
  const { urls, clock, random, logger } = options;
  let failures = 0;
  for (let turn = 0; urls.length > 0 && !signal.aborted; turn += 1) {
    const url = urls[turn % urls.length] as string;
    const heard = await listenOnce(url, options, user, signal);
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
  { clock, quietMs, transport = network }: FeedOptions,
  user: FeedUser,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = transport.openSocket(url, { handshakeTimeout: quietMs, maxPayload: 16 * 1024 * 1024 });
    const ended = new AbortController();
    let heard = false;
    let lastHeardAt = clock.nowMs();
    const hear = (): void => {
      lastHeardAt = clock.nowMs();
    };
    const stop = (): void => socket.terminate();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("open", () => {
      hear();
      user.opened(socket, url);
    });
    socket.on("pong", hear);
    socket.on("message", (data) => {
      hear();
      if (user.heard(String(data), socket, url)) heard = true;
    });
    // The reason is of no use to anybody: "close" follows, and the next turn tries again.
    socket.on("error", () => {});
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      user.closed?.();
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

export const subscribeCall = (id: number, params: readonly unknown[]): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "eth_subscribe", params });

/** @returns null for what is no JSON */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
