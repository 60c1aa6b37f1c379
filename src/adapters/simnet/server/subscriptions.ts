import type { Chain } from "../chain/chain.ts";
import { type LogFilter, matchesFilter, quantity, type RpcLog } from "../chain/log.ts";
import type { FeedSocket } from "../faults/faulty-feed.ts";
import { headerObject } from "./block-object.ts";
import { answerMessage, unknownMethod } from "./json-rpc.ts";
import { invalidParams } from "./rpc-error.ts";
import type { RpcMethod } from "./rpc-methods.ts";
import { parseFilter, toLogFilter } from "./rpc-params.ts";

/** A client that does not read is dropped, as nodes do, rather than kept in memory. */
const UNREAD_BYTES_MAX = 64 * 1024 * 1024;

/** Serves one WebSocket: all methods of the node, and `eth_subscribe` to newHeads and logs. */
export function serveSocket(
  socket: FeedSocket,
  chain: Chain,
  methods: ReadonlyMap<string, RpcMethod>,
  batchMax: number,
): void {
  const heads = new Set<string>();
  const logs = new Map<string, LogFilter>();
  let subscriptions = 0;

  function notify(subscription: string, result: unknown): void {
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
    else socket.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription, result } }));
  }
  function notifyLogs(fresh: readonly RpcLog[]): void {
    for (const [id, filter] of logs) {
      for (const log of fresh) if (matchesFilter(log, filter)) notify(id, log);
    }
  }

  function subscribe([kind, options]: readonly unknown[]): string {
    subscriptions += 1;
    const id = quantity(0x51_0000_0000 + subscriptions);
    if (kind === "newHeads") heads.add(id);
    else if (kind === "logs") logs.set(id, toLogFilter(parseFilter(options)));
    else throw invalidParams(`unsupported subscription type: ${String(kind)}`);
    return id;
  }

  const stop = chain.listen({
    onBlock(header, fresh) {
      if (heads.size > 0) {
        const result = headerObject(chain, header, fresh);
        for (const id of heads) notify(id, result);
      }
      notifyLogs(fresh);
    },
    onOrphaned: notifyLogs,
  });
  socket.on("close", stop);
  // A broken connection ends in "close"; the error itself is the client's affair.
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const dispatch = (method: string, params: readonly unknown[]): unknown => {
      if (method === "eth_subscribe") return subscribe(params);
      if (method === "eth_unsubscribe") return heads.delete(String(params[0])) || logs.delete(String(params[0]));
      const call = methods.get(method);
      if (call === undefined) throw unknownMethod(method);
      return call(params);
    };
    const answer = answerMessage(String(data), dispatch, batchMax);
    if (answer !== null) socket.send(JSON.stringify(answer));
  });
}
