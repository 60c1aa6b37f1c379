import { PayloadError, RateLimitError, RejectedError, TransientError } from "../../core/errors.ts";
import { createHttpExchange, type HttpAnswer, type HttpRequest } from "./http-exchange.ts";

export type ClobClientOptions = {
  /** e.g. `https://clob.polymarket.com`; a path after the host is kept. */
  readonly url: string;
  readonly timeoutMs: number;
  /** The venue's firewall refuses the agents of common libraries. */
  readonly userAgent: string;
};

/** One request with a time limit; what went wrong is sorted by what to do next. */
export type ClobClient = {
  /**
   * @returns the parsed JSON; null for 404.
   * @throws AbortedError | TimeoutError | RateLimitError | TransientError | RejectedError | PayloadError
   */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** As `get`, for any request. */
  send(request: HttpRequest, signal: AbortSignal): Promise<unknown>;
  /** The answer as it came, whatever its status. @throws AbortedError | TimeoutError | TransientError when none came */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
};

const RETRY_AFTER_DEFAULT_MS = 1_000;
/** Restarting matching engine. */
const TOO_EARLY = 425;

export function createClobClient(options: ClobClientOptions): ClobClient {
  const ask = createHttpExchange(options.url, options.timeoutMs);
  const { origin } = new URL(options.url);
  const exchange = (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const { body, headers } = request;
    const common = { accept: "application/json", "user-agent": options.userAgent };
    const content = body === "" ? {} : { "content-type": "application/json" };
    return ask({ ...request, headers: { ...common, ...content, ...headers } }, signal);
  };
  const send = async (request: HttpRequest, signal: AbortSignal): Promise<unknown> =>
    readAnswer(await exchange(request, signal), origin);
  return { get: (path, signal) => send({ method: "GET", path, body: "", headers: {} }, signal), send, exchange };
}

/** @returns the parsed JSON; null for 404. @throws as `ClobClient.get` */
export function readAnswer({ status, retryAfterMs, body }: HttpAnswer, origin: string): unknown {
  if (status === 404) return null;
  if (status === 429)
    throw new RateLimitError(retryAfterMs ?? RETRY_AFTER_DEFAULT_MS, "the venue asks for fewer requests", { origin });
  if (status >= 500 || status === TOO_EARLY)
    throw new TransientError("VENUE_UNAVAILABLE", `HTTP ${status}`, { origin, status });
  if (status !== 200) throw new RejectedError("VENUE_REFUSED", `HTTP ${status}`, { origin, status });
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new PayloadError("NOT_JSON", "the venue's answer is no JSON", { origin }, { cause });
  }
}
