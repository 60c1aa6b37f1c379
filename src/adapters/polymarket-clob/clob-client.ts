import {
  AbortedError,
  PayloadError,
  RateLimitError,
  RejectedError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";

export type ClobClientOptions = {
  /** e.g. `https://clob.polymarket.com`; a path after the host is kept. */
  readonly url: string;
  readonly timeoutMs: number;
  /** The venue's firewall refuses the agents of common libraries. */
  readonly userAgent: string;
};

export type ClobRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query. */
  readonly path: string;
  /** "" for none. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type ClobAnswer = { readonly status: number; readonly retryAfter: string | null; readonly body: string };

/** One request with a time limit; what went wrong is sorted by what to do next. */
export type ClobClient = {
  /**
   * @returns the parsed JSON; null for 404.
   * @throws AbortedError | TimeoutError | RateLimitError | TransientError | RejectedError | PayloadError
   */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** As `get`, for any request. */
  send(request: ClobRequest, signal: AbortSignal): Promise<unknown>;
  /** The answer as it came, whatever its status. @throws AbortedError | TimeoutError | TransientError when none came */
  exchange(request: ClobRequest, signal: AbortSignal): Promise<ClobAnswer>;
};

const RETRY_AFTER_DEFAULT_MS = 1_000;
/** Restarting matching engine. */
const TOO_EARLY = 425;

export function createClobClient(options: ClobClientOptions): ClobClient {
  const base = options.url.replace(/\/+$/, "");
  // Never the whole URL: it may carry credentials.
  const { origin } = new URL(base);
  async function exchange(request: ClobRequest, signal: AbortSignal): Promise<ClobAnswer> {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const { method, path, body, headers } = request;
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...{ accept: "application/json", "user-agent": options.userAgent },
          ...(body === "" ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === "" ? null : body,
        signal: AbortSignal.any([signal, timeout]),
      });
      const retryAfter = response.headers.get("retry-after");
      return { status: response.status, retryAfter, body: await response.text() };
    } catch (error) {
      throw toOurError(error, { aborted: signal.aborted, timedOut: timeout.aborted, origin });
    }
  }
  const send = async (request: ClobRequest, signal: AbortSignal): Promise<unknown> =>
    readAnswer(await exchange(request, signal), origin);
  return { get: (path, signal) => send({ method: "GET", path, body: "", headers: {} }, signal), send, exchange };
}

/** @returns the parsed JSON; null for 404. @throws as `ClobClient.get` */
export function readAnswer({ status, retryAfter, body }: ClobAnswer, origin: string): unknown {
  if (status === 404) return null;
  if (status === 429) {
    const seconds = Number(retryAfter);
    const retryAfterMs = seconds > 0 ? seconds * 1_000 : RETRY_AFTER_DEFAULT_MS;
    throw new RateLimitError(retryAfterMs, "the venue asks for fewer requests", { origin });
  }
  if (status >= 500 || status === TOO_EARLY)
    throw new TransientError("VENUE_UNAVAILABLE", `HTTP ${status}`, { origin, status });
  if (status !== 200) throw new RejectedError("VENUE_REFUSED", `HTTP ${status}`, { origin, status });
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new PayloadError("NOT_JSON", "the venue's answer is no JSON", { origin }, { cause });
  }
}

function toOurError(error: unknown, at: { aborted: boolean; timedOut: boolean; origin: string }): Error {
  if (at.aborted) return new AbortedError();
  if (at.timedOut) return new TimeoutError("VENUE_TIMEOUT", "the venue did not answer in time", { origin: at.origin });
  return new TransientError(
    "VENUE_UNREACHABLE",
    "the venue cannot be reached",
    { origin: at.origin },
    { cause: error },
  );
}
