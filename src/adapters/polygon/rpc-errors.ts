import {
  type ErrorContext,
  RangeTooLargeError,
  RateLimitError,
  RejectedError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";

/** A provider that takes fewer calls in one request than were sent; handled where requests are made. */
export class BatchTooLargeError extends TransientError {
  override readonly name = "BatchTooLargeError";
}

// Nothing here is standardised: the wording of the large providers as met in the field, most telling first.
const RANGE = [
  /query returned more than|more than [\d,]+ (results|logs)|max(imum)? (results|logs)|too many (results|logs|blocks)/i,
  /(response|result|payload)s? (size|set)?.{0,24}(too (large|big)|exceed|limit)/i,
  /(block|blocks|range).{0,40}(too (large|wide|big|many)|exceed|limit|maximum|up to|less than)/i,
  /(exceed|maximum|up to|limited to).{0,40}(block|range)/i,
];
const TIMEOUT = /time[d]? ?out|deadline exceeded|took too long/i;
const BATCH = /batch/i;
const RATE = /rate|too many requests|requests? (count|limit)|capacity|throughput|credits|compute units|quota|throttl/i;
const LAGGING = /not found|unknown block|not (yet )?(available|synced)|missing|pruned|pending/i;

const DEFAULT_RATE_PAUSE_MS = 2_000;

const NUMBER = String.raw`(\d[\d,_]*)\s?(k?)`;
const RESULTS_MAX = new RegExp(String.raw`${NUMBER}\+?\s(?:results|logs)\b|(?:results|logs)\D{0,12}?${NUMBER}\b`, "i");
const BLOCKS_MAX = new RegExp(
  String.raw`${NUMBER}[\s-](?:blocks?\b|(?:block\s)?range)|(?:range|blocks)\b[^\d\[]{0,20}?${NUMBER}\b`,
  "i",
);

/** What a refusal says of the limit, where it does: `resultsMax` logs or `blocksMax` blocks in one answer. */
export function capsOf(message: string): { readonly resultsMax?: number; readonly blocksMax?: number } {
  const resultsMax = firstNumber(RESULTS_MAX.exec(message));
  if (resultsMax !== null) return { resultsMax };
  const blocksMax = firstNumber(BLOCKS_MAX.exec(message));
  return blocksMax === null ? {} : { blocksMax };
}

function firstNumber(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const digits = match[1] ?? match[3];
  const thousands = match[2] ?? match[4];
  const value = Number(digits?.replace(/[,_]/g, "")) * (thousands?.toLowerCase() === "k" ? 1_000 : 1);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** A JSON-RPC error object as one of our errors. The message of the provider is cut: it may repeat the request. */
export function rpcError(code: number, message: string, of: ErrorContext): Error {
  const context = { ...of, rpcCode: code };
  const text = `${message.slice(0, 160)} (${code})`;
  if (RANGE.some((pattern) => pattern.test(message)))
    return new RangeTooLargeError("RANGE_TOO_LARGE", text, { ...context, ...capsOf(message) });
  if (BATCH.test(message)) return new BatchTooLargeError("BATCH_TOO_LARGE", text, context);
  if (TIMEOUT.test(message)) return new TimeoutError("RPC_TIMEOUT", text, context);
  if (code === 429 || RATE.test(message)) return new RateLimitError(DEFAULT_RATE_PAUSE_MS, text, context);
  // -32600 to -32602: the node understood that the question is wrong, or does not know it. Everything else may pass.
  const isRefusal = code <= -32600 && code >= -32602 && !LAGGING.test(message);
  return isRefusal ? new RejectedError("RPC_REJECTED", text, context) : new TransientError("RPC_FAILED", text, context);
}

const METHOD_NOT_FOUND = -32601;

/** Of whichever kind: the node behind a balancer that is asked next may know the method. */
export const isUnknownMethod = (error: unknown): error is TransientError | RejectedError =>
  (error instanceof TransientError || error instanceof RejectedError) && error.context.rpcCode === METHOD_NOT_FOUND;

/** @param retryAfter the header of that name: seconds. A date in it is not worth parsing. */
export function httpError(status: number, retryAfter: string | null, context: ErrorContext): Error {
  const seconds = Number(retryAfter ?? Number.NaN);
  if (status === 429) {
    const pauseMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 300) * 1_000 : DEFAULT_RATE_PAUSE_MS;
    return new RateLimitError(pauseMs, "the endpoint limits our requests (HTTP 429)", context);
  }
  if (status === 413) return new RangeTooLargeError("RANGE_TOO_LARGE", "the answer is too large (HTTP 413)", context);
  if (status === 408 || status === 504)
    return new TimeoutError("RPC_TIMEOUT", `no answer in time (HTTP ${status})`, context);
  return new TransientError("RPC_FAILED", `the endpoint answers with HTTP ${status}`, context);
}
