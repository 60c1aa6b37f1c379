import { type ClientOptions, WebSocket } from "ws";
import type { TokenId } from "../../core/ids/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { type MarketEvent, readFrame } from "./market-events.ts";

export type MarketSocketOptions = {
  /** e.g. `wss://ws-subscriptions-clob.polymarket.com/ws/market`. */
  readonly url: string;
  /** Real time: pings, silences, pauses. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
};

export type MarketSocketEvents = {
  /** A connection is open and these are subscribed to on it: whatever was heard on another is worth nothing. */
  readonly onSubscribed: (tokens: readonly TokenId[]) => void;
  readonly onLost: () => void;
  readonly onFrame: (events: readonly MarketEvent[]) => void;
};

export type MarketSocket = {
  follow(tokens: ReadonlySet<TokenId>): void;
  /** Drops the connection; another is made. */
  renew(): void;
  run(signal: AbortSignal): Promise<void>;
};

/** The venue asks for one every ten seconds. */
const PING_MS = 10_000;
/** Without so much as a PONG for this long the connection is frozen, whatever TCP says. */
const SILENCE_MS = 25_000;
const RECONNECT_MS = 500;
const RECONNECT_MAX_MS = 30_000;
const FRAME_BYTES_MAX = 16 * 1024 * 1024;

/** A connection to the market channel for as long as there is something to follow, made again whenever it ends. */
export function createMarketSocket(options: MarketSocketOptions, events: MarketSocketEvents): MarketSocket {
  const { clock, random, logger } = options;
  let wanted: ReadonlySet<TokenId> = new Set();
  let current: { readonly socket: WebSocket; subscribed: ReadonlySet<TokenId> } | null = null;
  let changed = new AbortController();

  function update(): void {
    if (current === null || current.socket.readyState !== WebSocket.OPEN) return;
    if (wanted.size === 0) {
      current.socket.terminate();
      return;
    }
    const { socket, subscribed } = current;
    const fresh = [...wanted].filter((token) => !subscribed.has(token));
    const gone = [...subscribed].filter((token) => !wanted.has(token));
    current.subscribed = wanted;
    if (fresh.length > 0) {
      socket.send(JSON.stringify({ operation: "subscribe", assets_ids: fresh }));
      events.onSubscribed(fresh);
    }
    if (gone.length > 0) socket.send(JSON.stringify({ operation: "unsubscribe", assets_ids: gone }));
  }

  /** @returns how many frames it brought */
  function connectOnce(signal: AbortSignal): Promise<number> {
    return new Promise((resolve) => {
      const socketOptions: ClientOptions = { handshakeTimeout: SILENCE_MS, maxPayload: FRAME_BYTES_MAX };
      const socket = new WebSocket(options.url, socketOptions);
      const ended = new AbortController();
      const heard = { frames: 0, at: clock.nowMs() as number };
      current = { socket, subscribed: new Set() };
      const stop = (): void => socket.terminate();
      signal.addEventListener("abort", stop, { once: true });
      socket.on("open", () => {
        heard.at = clock.nowMs();
        // At once: without a subscription the venue closes with 1008.
        socket.send(JSON.stringify({ assets_ids: [...wanted], type: "market" }));
        if (current?.socket === socket) current.subscribed = wanted;
        events.onSubscribed([...wanted]);
        void keepAlive(socket, clock, heard, ended.signal);
      });
      socket.on("message", (data) => {
        heard.frames += 1;
        heard.at = clock.nowMs();
        events.onFrame(readFrame(String(data)));
      });
      // "close" follows, and the next turn tries again.
      socket.on("error", () => {});
      socket.on("close", () => {
        signal.removeEventListener("abort", stop);
        ended.abort();
        current = null;
        events.onLost();
        resolve(heard.frames);
      });
    });
  }

  return {
    follow(tokens) {
      wanted = tokens;
      changed.abort();
      update();
    },
    renew: () => current?.socket.terminate(),
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        if (wanted.size === 0) {
          changed = new AbortController();
          await clock.sleep(RECONNECT_MAX_MS, AbortSignal.any([signal, changed.signal]));
          continue;
        }
        const frames = await connectOnce(signal);
        if (signal.aborted) return;
        failures = frames > 0 ? 0 : failures + 1;
        const pauseMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
        logger.debug("market channel lost", { frames, pauseMs });
        await clock.sleep(pauseMs, signal);
      }
    },
  };
}

async function keepAlive(
  socket: WebSocket,
  clock: Clock,
  heard: { readonly at: number },
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    await clock.sleep(PING_MS, ended);
    if (ended.aborted || socket.readyState !== WebSocket.OPEN) continue;
    if (clock.nowMs() - heard.at >= SILENCE_MS) socket.terminate();
    else socket.send("PING");
  }
}
