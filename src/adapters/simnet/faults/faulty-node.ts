import { answerMessage, type Dispatch, unknownMethod } from "../server/json-rpc.ts";
import { RpcError } from "../server/rpc-error.ts";
import type { RpcMethod } from "../server/rpc-methods.ts";
import {
  type Exchange,
  headersOf,
  logsOf,
  type RpcCall,
  readExchange,
  receiptsOf,
  withError,
  withResult,
} from "./exchange.ts";
import { CALL_FAULTS, type CallFault, type Faults, LIES, RECEIPT_FAULTS, RECEIPT_LIES } from "./faults.ts";
import { lie } from "./lies.ts";

/** Durations in milliseconds of the clock of whoever delivers it. */
export type NodeAnswer =
  | {
      readonly kind: "reply";
      readonly status: number;
      readonly retryAfter: number | null;
      readonly body: string;
      readonly afterMs: number;
    }
  /** No connection, or one that breaks instead of answering. */
  | { readonly kind: "broken"; readonly code: "ECONNREFUSED" | "ECONNRESET"; readonly afterMs: number }
  /** The connection stays open and nothing ever comes. */
  | { readonly kind: "silent" };

export type FaultyNode = { answer(body: string): NodeAnswer };

export type FaultyNodeOptions = {
  readonly name: string;
  /** Several: a balancer asks any of them, and they need not agree. */
  readonly backends: readonly ReadonlyMap<string, RpcMethod>[];
  readonly batchMax: number;
  readonly faults: Faults;
  /** "once": it tells each question's lies once at most, and the truth when asked again. */
  readonly lies: "never" | "once" | "always";
  readonly isDead: () => boolean;
};

/** Every provider takes a few calls at once, or does not know batches at all. */
const BATCH_MIN = 8;
const STATUSES = [429, 500, 502, 503, 504, 408, 413] as const;
const LATENCY_MS = { fast: 20, spread: 180 };
const SLOW_MS = { least: 3_000, spread: 40_000 };

/** Answers JSON-RPC requests as real endpoints do on a bad day. */
export function createFaultyNode(options: FaultyNodeOptions): FaultyNode {
  const { name, backends, batchMax, faults, lies, isDead } = options;
  const attempts = new Map<string, number>();
  const liedAt = new Set<string>();

  function answerTruly(body: string, occasion: string, attempt: number): unknown {
    const methods = backends[Math.floor(faults.unit("backend", occasion, attempt) * backends.length)];
    const dispatch: Dispatch = (method, params) => {
      const call = methods?.get(method);
      if (call === undefined) throw unknownMethod(method);
      return call(params);
    };
    return answerMessage(body, dispatch, batchMax);
  }

  /** At most one fault or lie an answer, so that each shows what it does. */
  function spoil(exchange: Exchange, occasion: string, attempt: number): Exchange {
    const pick = (limit: number): number => Math.floor(faults.unit("pick", occasion, attempt) * limit);
    for (const fault of [...CALL_FAULTS, ...RECEIPT_FAULTS]) {
      if (!faults.strikes(fault, occasion, attempt)) continue;
      const spoiled = failCall(fault, exchange, pick);
      if (spoiled === null) continue;
      faults.count(fault);
      return spoiled;
    }
    if (lies === "never" || (lies === "once" && liedAt.has(occasion))) return exchange;
    for (const kind of [...LIES, ...RECEIPT_LIES]) {
      if (!faults.strikes(kind, occasion, attempt)) continue;
      const spoiled = lie(kind, exchange, pick);
      if (spoiled === null) continue;
      faults.count(kind);
      liedAt.add(occasion);
      return spoiled;
    }
    return exchange;
  }

  return {
    answer(body) {
      const occasion = `${name} ${occasionOf(body)}`;
      const attempt = attempts.get(occasion) ?? 0;
      attempts.set(occasion, attempt + 1);
      const broken = brokenWire(faults, occasion, attempt, isDead());
      if (broken !== null) return broken;
      const truth = answerTruly(body, occasion, attempt);
      const exchange = readExchange(body, truth);
      const answer = exchange === null ? truth : replyOf(spoil(exchange, occasion, attempt), body);
      return deliver(faults, JSON.stringify(answer), occasion, attempt);
    },
  };
}

/** What is asked, without the ids that make every request another. */
function occasionOf(body: string): string {
  const parsed: unknown = JSON.parse(body);
  const calls = (Array.isArray(parsed) ? parsed : [parsed]) as readonly RpcCall[];
  return calls.map(({ method, params }) => `${method}${JSON.stringify(params)}`).join(" ");
}

const replyOf = ({ replies }: Exchange, body: string): unknown =>
  body.startsWith("[") ? replies.filter((reply) => reply.id !== undefined) : replies[0];

function brokenWire(faults: Faults, occasion: string, attempt: number, isDead: boolean): NodeAnswer | null {
  const afterMs = Math.floor(LATENCY_MS.spread * faults.unit("latency", occasion, attempt));
  const struck = (["refused", "reset", "silent", "status"] as const).find((fault) =>
    faults.strikes(fault, occasion, attempt),
  );
  if (isDead || struck === "refused") {
    faults.count("refused");
    return { kind: "broken", code: "ECONNREFUSED", afterMs: 1 };
  }
  if (struck === undefined) return null;
  faults.count(struck);
  if (struck === "silent") return { kind: "silent" };
  if (struck === "reset") return { kind: "broken", code: "ECONNRESET", afterMs };
  const status = STATUSES[Math.floor(faults.unit("which status", occasion, attempt) * STATUSES.length)] ?? 500;
  const retryAfter = status === 429 ? Math.floor(5 * faults.unit("retry after", occasion, attempt)) : null;
  return { kind: "reply", status, retryAfter, body: "<html>something went wrong</html>", afterMs };
}

function deliver(faults: Faults, body: string, occasion: string, attempt: number): NodeAnswer {
  const share = faults.unit("latency", occasion, attempt);
  let afterMs = LATENCY_MS.fast + Math.floor(LATENCY_MS.spread * share);
  if (faults.strikes("slow", occasion, attempt)) {
    faults.count("slow");
    afterMs = SLOW_MS.least + Math.floor(SLOW_MS.spread * share);
  }
  const isGarbled = faults.strikes("garbled", occasion, attempt);
  if (isGarbled) faults.count("garbled");
  const sent = isGarbled ? body.slice(0, Math.floor(body.length * share)) : body;
  return { kind: "reply", status: 200, retryAfter: null, body: sent, afterMs };
}

/** Codes and wordings of real providers. Null where the exchange has no such call. */
function failCall(fault: CallFault, exchange: Exchange, pick: (limit: number) => number): Exchange | null {
  const logs = logsOf(exchange);
  const headers = headersOf(exchange);
  const receipts = receiptsOf(exchange);
  const isRange = logs !== null && isLong(exchange.calls[logs.at]);
  switch (fault) {
    case "result_cap":
      if (!isRange) return null;
      return withError(exchange, logs.at, { code: -32005, message: "query returned more than 10000 results" });
    case "response_too_large":
      if (!isRange) return null;
      return withError(exchange, logs.at, {
        code: -32008,
        message: "Response size is larger than 150MB: response too large",
      });
    case "batch_too_large": {
      if (exchange.calls.length < BATCH_MIN) return null;
      const error = new RpcError(-32600, "batch too large");
      return {
        ...exchange,
        replies: exchange.replies.map(({ id }) => ({
          jsonrpc: "2.0",
          id,
          error: { code: error.code, message: error.message },
        })),
      };
    }
    case "call_failed":
      return withError(exchange, pick(exchange.calls.length), { code: -32000, message: "header not found" });
    case "block_missing": {
      const chosen = headers[pick(Math.max(1, headers.length))];
      return chosen === undefined ? null : withResult(exchange, chosen.at, null);
    }
    case "receipts_refused":
      if (receipts === null) return null;
      return withError(exchange, receipts.at, {
        code: -32601,
        message: "the method eth_getBlockReceipts does not exist/is not available",
      });
    case "receipts_null":
      return receipts === null ? null : withResult(exchange, receipts.at, null);
    case "reply_missing": {
      const at = pick(exchange.calls.length);
      return {
        ...exchange,
        replies: exchange.replies.map((reply, index) => (index === at ? { ...reply, id: undefined } : reply)),
      };
    }
  }
}

/** A range of one block cannot be asked for in smaller pieces, so no provider refuses it for its size. */
function isLong(call: RpcCall | undefined): boolean {
  const { fromBlock, toBlock } = (call?.params[0] ?? {}) as { fromBlock?: string; toBlock?: string };
  return fromBlock !== toBlock;
}
