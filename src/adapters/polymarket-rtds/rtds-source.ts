import { type ClientOptions, WebSocket } from "ws";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { TradeHint, TradeHintSource } from "../../ports/trade-hint.ts";
import { readFrame } from "./rtds-schema.ts";

export type RtdsSocket = Pick<WebSocket, "on" | "send" | "terminate" | "readyState">;

export type RtdsOptions = {
  readonly url: string;
  /** Real time: pings and silences. */
  readonly clock: Clock;
  /** The program's time, by which a hint was received; in the demo it runs faster. */
  readonly now: Clock["nowMs"];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly openSocket?: (url: string, options: ClientOptions) => RtdsSocket;
};

/** Without it the server leaves messages out. */
const PING_MS = 5_000;
/** About 50 trades a second are usual: after so long without one the subscription is made again, then the connection. */
const SILENCE_MS = 15_000;
const RECONNECT_MS = 1_000;
const RECONNECT_MAX_MS = 60_000;
const SUBSCRIBE = JSON.stringify({ action: "subscribe", subscriptions: [{ topic: "activity", type: "trades" }] });

/**
 * Polymarket's real-time data service: every trade, about as early as its log and without any promise. It falls silent
 * for minutes and repeats itself, so it is watched, and what it says is a hint (apis sheet, section 3.3).
 */
export function createRtdsSource(options: RtdsOptions): TradeHintSource {
  return {
    name: "rtds",
    subscribe(onHint, signal) {
      void keepConnected(options, onHint, signal);
    },
  };
}

async function keepConnected(
  options: RtdsOptions,
  onHint: (hint: TradeHint) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, logger } = options;
  let failures = 0;
  while (!signal.aborted) {
    const trades = await listenOnce(options, onHint, signal);
    if (signal.aborted) return;
    failures = trades > 0 ? 0 : failures + 1;
    const pauseMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
    logger.debug("rtds lost", { trades, pauseMs });
    await clock.sleep(pauseMs, signal);
  }
}

/** One connection, until it ends for whatever reason. @returns how many trades it told of */
function listenOnce(
  { url, clock, now, logger, openSocket = open }: RtdsOptions,
  onHint: (hint: TradeHint) => void,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const socket = openSocket(url, { handshakeTimeout: SILENCE_MS, maxPayload: 1024 * 1024 });
    const ended = new AbortController();
    const state = { trades: 0, heardAt: clock.nowMs() as number, unreadable: 0 };
    const stop = (): void => socket.terminate();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("open", () => {
      state.heardAt = clock.nowMs();
      socket.send(SUBSCRIBE);
      void keepAlive(socket, clock, state, logger, ended.signal);
    });
    socket.on("message", (data) => {
      const frame = readFrame(String(data), now());
      if (frame.kind === "trade") {
        state.trades += 1;
        state.heardAt = clock.nowMs();
        onHint(frame.hint);
      } else if (frame.kind === "rejected") {
        logger.warn("rtds refuses the subscription", { reason: frame.reason });
        socket.terminate();
      } else if (frame.kind === "unreadable") {
        state.unreadable += 1;
        if (state.unreadable === 1) logger.warn("rtds message unreadable", { reason: frame.reason });
      }
    });
    // "close" follows, and the next turn tries again.
    socket.on("error", () => {});
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      ended.abort();
      resolve(state.trades);
    });
  });
}

const open = (url: string, options: ClientOptions): RtdsSocket => new WebSocket(url, options);

async function keepAlive(
  socket: RtdsSocket,
  clock: Clock,
  state: { readonly heardAt: number },
  logger: Logger,
  ended: AbortSignal,
): Promise<void> {
  let resubscribedAt = Number.NEGATIVE_INFINITY;
  while (!ended.aborted) {
    await clock.sleep(PING_MS, ended);
    if (ended.aborted || socket.readyState !== WebSocket.OPEN) continue;
    socket.send("PING");
    const now = clock.nowMs();
    if (now - state.heardAt < SILENCE_MS) continue;
    if (resubscribedAt < state.heardAt) {
      resubscribedAt = now;
      logger.debug("rtds silent, subscribing again", {});
      socket.send(SUBSCRIBE);
    } else if (now - resubscribedAt >= SILENCE_MS) socket.terminate();
  }
}
