import { type ClientOptions, WebSocket } from "ws";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";

export type ChannelOptions = {
  /** e.g. `wss://ws-subscriptions-clob.polymarket.com/ws/market`. */
  readonly url: string;
  /** Real time: pings, silences, pauses. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
};

export type ChannelEvents = {
  /** Has to subscribe at once: without a subscription the venue closes with 1008. */
  readonly onOpen: (socket: WebSocket) => void;
  readonly onText: (text: string) => void;
  readonly onLost: () => void;
};

/** The venue asks for one every ten seconds. */
const PING_MS = 10_000;
/** Without so much as a PONG for this long the connection is frozen, whatever TCP says. */
export const SILENCE_MS = 25_000;
const RECONNECT_MS = 500;
export const RECONNECT_MAX_MS = 30_000;
const FRAME_BYTES_MAX = 16 * 1024 * 1024;

/** One connection to a channel of the venue, to its end. @returns how many frames it brought */
export function connectOnce(
  { url, clock }: ChannelOptions,
  events: ChannelEvents,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const socketOptions: ClientOptions = { handshakeTimeout: SILENCE_MS, maxPayload: FRAME_BYTES_MAX };
    const socket = new WebSocket(url, socketOptions);
    const ended = new AbortController();
    const heard = { frames: 0, at: clock.nowMs() as number };
    const stop = (): void => socket.terminate();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("open", () => {
      heard.at = clock.nowMs();
      events.onOpen(socket);
      void keepAlive(socket, clock, heard, ended.signal);
    });
    socket.on("message", (data) => {
      heard.frames += 1;
      heard.at = clock.nowMs();
      events.onText(String(data));
    });
    // "close" follows, and the next turn tries again.
    socket.on("error", () => {});
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      ended.abort();
      events.onLost();
      resolve(heard.frames);
    });
  });
}

/** How long to wait before the next connection. @param failures connections in a row that brought nothing */
export const reconnectPause = (failures: number, random: number): number =>
  Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** Math.min(failures, 10)) * (0.5 + random / 2);

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
