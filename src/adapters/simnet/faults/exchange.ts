import { TOPIC } from "../chain/contracts.ts";

export type RpcCall = { readonly id: unknown; readonly method: string; readonly params: readonly unknown[] };
type Failure = { readonly code: number; readonly message: string };
export type RpcReply = {
  readonly jsonrpc: "2.0";
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: Failure;
};

export type WireLog = Readonly<Record<string, unknown>> & {
  readonly topics: readonly string[];
  readonly blockNumber: string;
  readonly blockHash: string;
};
export type WireReceipt = Readonly<Record<string, unknown>> & { readonly logs: readonly WireLog[] };
export type WireHeader = Readonly<Record<string, unknown>> & {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly logsBloom: string;
};

/** The calls of one request and the replies to them, in one order. */
export type Exchange = { readonly calls: readonly RpcCall[]; readonly replies: readonly RpcReply[] };

/** Null for what is no request, or one whose answer is a refusal of the whole. */
export function readExchange(text: string, answer: unknown): Exchange | null {
  const parsed: unknown = JSON.parse(text);
  const calls = (Array.isArray(parsed) ? parsed : [parsed]) as readonly RpcCall[];
  const replies = (Array.isArray(answer) ? answer : [answer]) as readonly RpcReply[];
  return calls.length === replies.length ? { calls, replies } : null;
}

export function withResult({ calls, replies }: Exchange, at: number, result: unknown): Exchange {
  return { calls, replies: replies.map((reply, index) => (index === at ? { ...reply, result } : reply)) };
}

export function withError({ calls, replies }: Exchange, at: number, error: Failure): Exchange {
  return {
    calls,
    replies: replies.map((reply, index) => (index === at ? { jsonrpc: "2.0", id: reply.id, error } : reply)),
  };
}

/** Where `eth_getLogs` stands among the calls, and what it answered; null when it was not asked, or refused. */
export function logsOf({
  calls,
  replies,
}: Exchange): { readonly at: number; readonly logs: readonly WireLog[] } | null {
  const at = calls.findIndex(({ method }) => method === "eth_getLogs");
  const result = replies[at]?.result;
  return Array.isArray(result) ? { at, logs: result as readonly WireLog[] } : null;
}

/** The same of `eth_getBlockReceipts`. */
export function receiptsOf({
  calls,
  replies,
}: Exchange): { readonly at: number; readonly receipts: readonly WireReceipt[] } | null {
  const at = calls.findIndex(({ method }) => method === "eth_getBlockReceipts");
  const result = replies[at]?.result;
  return Array.isArray(result) ? { at, receipts: result as readonly WireReceipt[] } : null;
}

/** Headers asked by number (not by tag) that the node has, with their places. */
export function headersOf({
  calls,
  replies,
}: Exchange): readonly { readonly at: number; readonly header: WireHeader }[] {
  return calls.flatMap(({ method, params }, at) => {
    const header = replies[at]?.result;
    const isByNumber = method === "eth_getBlockByNumber" && String(params[0]).startsWith("0x");
    return isByNumber && header !== null && header !== undefined ? [{ at, header: header as WireHeader }] : [];
  });
}

const FILLS: readonly string[] = [TOPIC.orderFilledV1, TOPIC.orderFilledV2];
const MATCHES: readonly string[] = [TOPIC.ordersMatchedV1, TOPIC.ordersMatchedV2];

export const isFill = ({ topics }: WireLog): boolean => FILLS.includes(topics[0] ?? "");
export const isOfMatch = (log: WireLog): boolean => isFill(log) || MATCHES.includes(log.topics[0] ?? "");
