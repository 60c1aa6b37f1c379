/**
 * A venue that takes every order: a process of its own, so that reading does not wait for the one that writes. Tells its
 * parent when the first bytes of each order came off the socket, and its port at the start.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { monotonicMs } from "./bench-report.ts";

export type OrderDeskMessage =
  | { readonly kind: "listening"; readonly port: number }
  /** @see at by the clock that all processes share */
  | { readonly kind: "order"; readonly at: number };

const tell = (message: OrderDeskMessage): void => void process.send?.(message);

const answers: readonly (readonly [path: string, body: (url: string) => unknown])[] = [
  ["/data/order/", (url) => order(url.slice("/data/order/".length))],
  ["/data/trades", () => ({ next_cursor: "LTE=", data: [] })],
];

/** Unmatched and gone: over as soon as it is asked for. */
const order = (id: string) => ({
  ...{ id, status: "ORDER_STATUS_CANCELED", asset_id: "1", side: "BUY", price: "0.5" },
  ...{ original_size: "20", size_matched: "0", associate_trades: [] },
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = monotonicMs();
  const path = request.url ?? "";
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isOrder = request.method === "POST" && path === "/order";
  if (isOrder) tell({ kind: "order", at });
  const found = answers.find(([start]) => path.startsWith(start))?.[1];
  const placed = { success: true, errorMsg: "", orderID: `0x${"ab".repeat(32)}`, status: "matched", tradeIDs: [] };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(isOrder ? placed : (found?.(path) ?? {})));
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, "127.0.0.1", () => tell({ kind: "listening", port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit(0));
