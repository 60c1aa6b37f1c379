import { z } from "zod";
import { type OrderHash, parseOrderHash } from "../../core/ids/ids.ts";
import type { AccountFeed, AccountNews } from "../../ports/account-feed.ts";
import { ownTrades } from "./account-schemas.ts";
import type { ApiCredentials } from "./auth.ts";
import { type ChannelOptions, connectOnce, reconnectPause } from "./channel-connection.ts";

export type UserFeedOptions = ChannelOptions & { readonly credentials: ApiCredentials };

export type UserFeedFigures = {
  readonly connections: number;
  readonly events: number;
  /** Of a sort that we do not know, or that could not be read. */
  readonly unknown: number;
};

const named = z.object({ event_type: z.string() });
const orderEvent = z.object({
  id: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .transform((id): OrderHash => parseOrderHash(id)),
});

/**
 * The CLOB's user channel (API sheet, section 3.2). It repeats itself and replays nothing, so it only says what to ask
 * for. What is sent carries the credentials and is never logged.
 */
export function createUserFeed(options: UserFeedOptions): AccountFeed & { figures(): UserFeedFigures } {
  const { credentials, clock, random, logger } = options;
  const listeners = new Set<(news: AccountNews) => void>();
  const figures = { connections: 0, events: 0, unknown: 0 };
  const ownTrade = ownTrades(credentials.key);
  const tell = (news: AccountNews): void => {
    for (const listener of listeners) listener(news);
  };

  function readEvent(payload: unknown): AccountNews | null {
    const kind = named.safeParse(payload).data?.event_type;
    if (kind === "order") {
      const order = orderEvent.safeParse(payload).data;
      if (order !== undefined) return { kind: "order", orderHash: order.id };
    }
    if (kind === "trade") {
      const trades = ownTrade.safeParse(payload).data;
      if (trades !== undefined) return { kind: "trades", trades };
    }
    figures.unknown += 1;
    if (kind === "order" || kind === "trade") logger.warn("an event of the user channel could not be read", { kind });
    else logger.debug("an unknown event of the user channel", { kind: kind?.slice(0, 60) ?? null });
    return null;
  }

  /** An event, an array of them, or the answer to a PING. */
  function onText(text: string): void {
    if (text === "PONG" || text === "") return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      figures.unknown += 1;
      return;
    }
    for (const payload of Array.isArray(parsed) ? parsed : [parsed]) {
      figures.events += 1;
      const news = readEvent(payload);
      if (news !== null) tell(news);
    }
  }

  const { key: apiKey, secret, passphrase } = credentials;
  const channel = {
    onOpen(socket: { send(text: string): void }): void {
      figures.connections += 1;
      socket.send(JSON.stringify({ auth: { apiKey, secret, passphrase }, type: "user" }));
      tell({ kind: "connected" });
    },
    onText,
    onLost: () => {},
  };

  return {
    figures: () => ({ ...figures }),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async run(signal) {
      for (let failures = 0; !signal.aborted; ) {
        const frames = await connectOnce(options, channel, signal);
        if (signal.aborted) return;
        failures = frames > 0 ? 0 : failures + 1;
        const pauseMs = reconnectPause(failures, random());
        logger.debug("user channel lost", { frames, pauseMs });
        await clock.sleep(pauseMs, signal);
      }
    },
  };
}
