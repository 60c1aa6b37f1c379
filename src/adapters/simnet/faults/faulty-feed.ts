import type { WebSocket } from "ws";
import type { Faults, FeedFault } from "./faults.ts";

/** What a node needs of a connection to serve subscriptions on it. */
export type FeedSocket = Pick<WebSocket, "bufferedAmount" | "send" | "terminate" | "on" | "pause" | "close">;

export type FaultyFeedOptions = {
  /** Of the connection; another one has other faults. */
  readonly name: string;
  readonly faults: Faults;
  /** Runs something after so many milliseconds. */
  readonly later: (ms: number, run: () => void) => void;
};

const LATE_MS_MAX = 20_000;
/** Beyond the head, and near enough to be believed for a moment. */
const LEAP_MAX = 150;

/** Stands between a node and one subscriber: what the node sends may come late, twice, changed, or not at all. */
export function faultyFeed(socket: FeedSocket, { name, faults, later }: FaultyFeedOptions): FeedSocket {
  let sent = 0;
  let isFrozen = false;

  const strikes = (fault: FeedFault): boolean => {
    if (!faults.strikes(fault, name, sent)) return false;
    faults.count(fault);
    return true;
  };

  function send(text: string): void {
    sent += 1;
    if (isFrozen) return;
    if (strikes("feed_frozen")) {
      isFrozen = true;
      socket.pause();
      return;
    }
    if (strikes("feed_dropped")) {
      socket.terminate();
      return;
    }
    if (strikes("feed_lost")) return;
    const share = faults.unit("feed", name, sent);
    if (strikes("feed_garbage")) socket.send(text.slice(0, Math.floor(text.length * share)));
    if (strikes("feed_leap")) socket.send(leapt(text, Math.ceil(share * LEAP_MAX)));
    if (strikes("feed_twice")) socket.send(text);
    if (strikes("feed_late")) later(Math.ceil(share * LATE_MS_MAX), () => isFrozen || socket.send(text));
    else socket.send(text);
  }

  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data: unknown) => send(String(data)),
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    close: (code, reason) => socket.close(code, reason),
    on: socket.on.bind(socket) as FeedSocket["on"],
  };
}

/** Names a block that does not exist. */
const leapt = (text: string, by: number): string =>
  text.replace(/"(number|blockNumber)":"(0x[0-9a-f]+)"/, (_, field, value) => {
    return `"${field}":"0x${(Number(value) + by).toString(16)}"`;
  });
