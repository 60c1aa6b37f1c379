import { WebSocket } from "ws";
import type { TokenId } from "../../core/ids/ids.ts";
import { type ChannelOptions, connectOnce, RECONNECT_MAX_MS, reconnectPause } from "./channel-connection.ts";
import { type MarketEvent, readFrame } from "./market-events.ts";

export type MarketSocketOptions = ChannelOptions;

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

  const channel = {
    onOpen(socket: WebSocket): void {
      current = { socket, subscribed: wanted };
      socket.send(JSON.stringify({ assets_ids: [...wanted], type: "market" }));
      events.onSubscribed([...wanted]);
    },
    onText: (text: string) => events.onFrame(readFrame(text)),
    onLost(): void {
      current = null;
      events.onLost();
    },
  };

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
        const frames = await connectOnce(options, channel, signal);
        if (signal.aborted) return;
        failures = frames > 0 ? 0 : failures + 1;
        const pauseMs = reconnectPause(failures, random());
        logger.debug("market channel lost", { frames, pauseMs });
        await clock.sleep(pauseMs, signal);
      }
    },
  };
}
