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

/** One GET with a time limit; statuses sorted by what to do next. */
export type ClobClient = {
  /**
   * @returns the parsed JSON; null for 404.
   * @throws AbortedError | TimeoutError | RateLimitError | TransientError | RejectedError | PayloadError
   */
  get(path: string, signal: AbortSignal): Promise<unknown>;
};

const RETRY_AFTER_DEFAULT_MS = 1_000;
/** Restarting matching engine. */
const TOO_EARLY = 425;

export function createClobClient(options: ClobClientOptions): ClobClient {
  const base = options.url.replace(/\/+$/, "");
  // Never the whole URL: it may carry credentials.
  const { origin } = new URL(base);
  return {
    async get(path, signal) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      try {
        const response = await fetch(`${base}${path}`, {
          headers: { accept: "application/json", "user-agent": options.userAgent },
          signal: AbortSignal.any([signal, timeout]),
        });
        return await readAnswer(response, origin);
      } catch (error) {
        throw toOurError(error, { aborted: signal.aborted, timedOut: timeout.aborted, origin });
      }
    },
  };
}

async function readAnswer(response: Response, origin: string): Promise<unknown> {
  const { status } = response;
  const body = await response.text();
  if (status === 404) return null;
  if (status === 429) {
    const seconds = Number(response.headers.get("retry-after"));
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
  if (error instanceof TransientError || error instanceof RejectedError || error instanceof PayloadError) return error;
  if (at.aborted) return new AbortedError();
  if (at.timedOut) return new TimeoutError("VENUE_TIMEOUT", "the venue did not answer in time", { origin: at.origin });
  return new TransientError(
    "VENUE_UNREACHABLE",
    "the venue cannot be reached",
    { origin: at.origin },
    { cause: error },
  );
}
