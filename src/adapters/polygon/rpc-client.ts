import {
  AbortedError,
  type ErrorContext,
  PayloadError,
  ProviderInconsistencyError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { secretsOf, shownUrl } from "./endpoints.ts";
import { type ListReader, type ParsedAnswer, parseAnswer } from "./parse-answer.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { BatchTooLargeError, httpError, rpcError } from "./rpc-errors.ts";
import { envelope, parseQuantity } from "./rpc-schemas.ts";
import { type HttpAnswer, network, type Transport } from "./transport.ts";
import { withTimeout } from "./with-timeout.ts";

export type RpcCall = {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Reads the list that is the answer, piece by piece where it is long; its result is the call's. Null stays null. */
  readonly reader?: () => ListReader;
};

export type RpcClient = {
  /** What may be shown of the URL. */
  readonly name: string;
  /**
   * Asks several things of one node, in as few requests as it takes, and answers in the order of the calls.
   * Throws the error of the first call that failed: Transient, Timeout, RateLimit, RangeTooLarge, Rejected, Payload, Aborted.
   */
  call(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly unknown[]>;
  /** Asks once for the chain, before anything else is believed. @throws ProviderInconsistencyError for another chain. */
  verify(signal: AbortSignal): Promise<void>;
};

export type RpcClientOptions = {
  readonly url: string;
  readonly chainId: number;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Calls per request; lowered for good when the node says that it is too many. */
  readonly batchMax: number;
  readonly transport?: Transport;
  /** Paces the requests; none: as fast as they come. */
  readonly limiter?: RateLimiter;
  /** What is shown instead of the URL; by default its scheme and host. */
  readonly name?: string;
};

/** One node over HTTP. No retry in here: that is the fail-over's business. */
export function createRpcClient(options: RpcClientOptions): RpcClient {
  const { url, chainId, clock, timeoutMs, batchMax, transport = network, limiter, name = shownUrl(url) } = options;
  const hideSecrets = secretsOf(url);
  const context: ErrorContext = { endpoint: name };
  let batch = batchMax;
  let nextId = 1;
  let isVerified = false;

  async function send(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly unknown[]> {
    const requests = calls.map(({ method, params }) => ({ jsonrpc: "2.0", id: nextId++, method, params }));
    const body = JSON.stringify(requests.length === 1 ? requests[0] : requests);
    const readerOf = calls.find(({ reader }) => reader !== undefined)?.reader ?? NO_READER;
    const { json, list } = await post(transport, { url, body, readerOf }, context, signal);
    const parsed = envelope.safeParse(json);
    if (!parsed.success) throw new PayloadError("RPC_MALFORMED", "not a JSON-RPC answer", context);
    const refuse = ({ code, message }: { readonly code: number; readonly message: string }): Error =>
      rpcError(code, hideSecrets(message), context);
    if (!Array.isArray(parsed.data)) throw refuse(parsed.data.error);
    const replies = new Map(parsed.data.map((one) => [one.id, one]));
    return requests.map(({ id, method }, index) => {
      const one = replies.get(id);
      if (one === undefined) throw new PayloadError("RPC_MALFORMED", `no answer to ${method}`, context);
      if (one.error) throw refuse(one.error);
      if (one.result === undefined) throw new PayloadError("RPC_MALFORMED", `an empty answer to ${method}`, context);
      const reader = calls[index]?.reader;
      if (reader === undefined || one.result === null) return one.result;
      if (!Array.isArray(one.result))
        throw new PayloadError("RPC_MALFORMED", `an answer to ${method} that is no list`, context);
      return resultOf(list ?? reader(), one.result);
    });
  }

  const timed = (calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly unknown[]> =>
    withTimeout(
      clock,
      timeoutMs,
      signal,
      () => new TimeoutError("RPC_TIMEOUT", `no answer within ${timeoutMs} ms`, context),
      (inner) => send(calls, inner),
    );

  async function call(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    while (results.length < calls.length) {
      const part = calls.slice(results.length, results.length + batch);
      await limiter?.take(part.length, signal);
      try {
        results.push(...(await timed(part, signal)));
      } catch (error) {
        if (!(error instanceof BatchTooLargeError) || part.length === 1) throw error;
        batch = Math.max(1, Math.floor(part.length / 2));
      }
    }
    return results;
  }

  return {
    name,
    call,
    async verify(signal) {
      if (isVerified) return;
      const [answer] = await timed([{ method: "eth_chainId", params: [] }], signal);
      const actual = parseQuantity(answer);
      if (actual !== chainId) {
        const message = `the endpoint serves chain ${actual} instead of ${chainId}`;
        throw new ProviderInconsistencyError("OTHER_CHAIN", message, context);
      }
      isVerified = true;
    },
  };
}

const NO_READER = (): ListReader => ({
  take() {
    throw new PayloadError("RPC_MALFORMED", "a list in answer to what has none");
  },
  result: () => [],
});

/** @param rest what the reader has not taken yet: nothing, or all */
function resultOf(reader: ListReader, rest: readonly unknown[]): unknown {
  for (const item of rest) reader.take(item);
  return reader.result();
}

async function* whole(response: HttpAnswer): AsyncGenerator<Uint8Array> {
  yield Buffer.from(await response.text());
}

type Question = { readonly url: string; readonly body: string; readonly readerOf: () => ListReader };

/** @throws TransientError (or a kind of it), PayloadError */
async function post(
  transport: Transport,
  { url, body, readerOf }: Question,
  context: ErrorContext,
  signal: AbortSignal,
): Promise<ParsedAnswer> {
  let response: HttpAnswer | null = null;
  let answer: ParsedAnswer;
  try {
    const headers = { "content-type": "application/json" };
    response = await transport.fetch(url, { method: "POST", headers, body, signal });
    answer = await parseAnswer(response.pieces?.() ?? whole(response), readerOf);
  } catch (error) {
    if (signal.aborted) throw new AbortedError();
    if (error instanceof PayloadError) throw error;
    if (response !== null && error instanceof SyntaxError) {
      if (!response.ok) throw httpError(response.status, response.headers.get("retry-after"), context);
      throw new PayloadError("RPC_MALFORMED", "an answer that is not JSON", context);
    }
    // Only the system's code: messages of the network layer may name the whole URL.
    const code = (error as { cause?: { code?: unknown } }).cause?.code;
    throw new TransientError(
      "RPC_UNREACHABLE",
      `the endpoint cannot be reached (${String(code ?? "network")})`,
      context,
    );
  }
  // Several providers send a JSON-RPC error with a 4xx status; what it says is more precise than the status.
  if (response.ok || (response.status !== 429 && envelope.safeParse(answer.json).success)) return answer;
  throw httpError(response.status, response.headers.get("retry-after"), context);
}
