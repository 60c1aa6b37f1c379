import { AbortedError, RateLimitError, RejectedError, TimeoutError, TransientError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { SourceUse } from "../../ports/account-history.ts";
import type { Clock } from "../../ports/clock.ts";
import { BURST_SECONDS, REQUESTS_PER_SECOND, type RequestRates } from "./rate-limits.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

export type DataClientOptions = {
  /** `https://data-api.polymarket.com`, or what stands in for it. */
  readonly baseUrl: string;
  /** Real time: the network does not run faster in a demo. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly timeoutMs?: number;
  readonly attemptsMax?: number;
  readonly rates?: RequestRates;
};

export type DataQuery = Readonly<Record<string, string | number | boolean>>;

export type DataClient = {
  /**
   * The parsed JSON of one answer.
   * @throws AbortedError, TransientError and its kinds, RejectedError
   */
  get(path: string, query: DataQuery, signal: AbortSignal): Promise<unknown>;
  use(): SourceUse;
};

/** Cloudflare refuses the default agents of libraries. */
export const USER_AGENT = "orderflow (account history)";
/** Every address is a new one, so no answer should come from a cache at all. */
const AGE_MAX_SECONDS = 30;
const PAUSE_MS = 500;
const PAUSE_MAX_MS = 5 * 60 * SECOND_MS;
const PAUSE_UNTOLD_MS = 2 * SECOND_MS;

export function createDataClient(options: DataClientOptions): DataClient {
  const { clock, random, timeoutMs = 20_000, attemptsMax = 5, rates = REQUESTS_PER_SECOND } = options;
  const base = options.baseUrl.replace(/\/+$/, "");
  const bucket = (perSecond: number): TokenBucket =>
    createTokenBucket(clock, { perSecond, burst: Math.ceil(perSecond * BURST_SECONDS) });
  const { all: total, ...paths } = rates;
  const everything = bucket(total);
  const own = new Map(Object.entries(paths).map(([path, perSecond]) => [path, bucket(perSecond)]));
  let requests = 0;
  let retries = 0;
  let asked = 0;

  /** Answers are kept by a cache for minutes unless every address is a new one. */
  function addressOf(path: string, query: DataQuery): string {
    asked += 1;
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    parameters.set("_", `${clock.nowMs()}${String(asked).padStart(6, "0")}`);
    return `${base}${path}?${parameters}`;
  }

  async function getOnce(path: string, query: DataQuery, signal: AbortSignal): Promise<unknown> {
    const late = new AbortController();
    const done = new AbortController();
    void clock.sleep(timeoutMs, done.signal).then(() => late.abort());
    requests += 1;
    try {
      const response = await fetch(addressOf(path, query), {
        headers: { "user-agent": USER_AGENT, accept: "application/json", "cache-control": "no-cache" },
        signal: AbortSignal.any([signal, late.signal]),
      });
      const text = await response.text();
      if (isPage(text)) throw pageError(path, response.status);
      if (!response.ok) throw statusError(path, response.status, response.headers.get("retry-after"), text);
      const ageSeconds = Number(response.headers.get("age") ?? 0);
      if (ageSeconds > AGE_MAX_SECONDS)
        throw new TransientError("DATA_API_STALE", `an answer of ${ageSeconds} s ago, from a cache`, { path });
      return parseJson(path, text);
    } catch (error) {
      if (signal.aborted) throw new AbortedError();
      if (late.signal.aborted && !done.signal.aborted)
        throw new TimeoutError("DATA_API_TIMEOUT", `no answer within ${timeoutMs} ms`, { path });
      if (error instanceof TypeError)
        throw new TransientError("DATA_API_UNREACHABLE", `the Data API cannot be reached at ${new URL(base).origin}`, {
          path,
        });
      throw error;
    } finally {
      done.abort();
    }
  }

  async function turn(path: string, signal: AbortSignal): Promise<void> {
    await own.get(path)?.take(signal);
    await everything.take(signal);
    if (signal.aborted) throw new AbortedError();
  }

  return {
    use: () => ({ requests, retries }),
    async get(path, query, signal) {
      for (let tried = 1; ; tried += 1) {
        await turn(path, signal);
        try {
          return await getOnce(path, query, signal);
        } catch (error) {
          if (!(error instanceof TransientError) || tried >= attemptsMax) throw error;
          retries += 1;
          const backoff = PAUSE_MS * 2 ** tried * (0.5 + random() / 2);
          if (error instanceof RateLimitError) (own.get(path) ?? everything).pause(error.retryAfterMs);
          else await clock.sleep(backoff, signal);
          if (signal.aborted) throw new AbortedError();
        }
      }
    },
  };
}

/** Half an answer says nothing about what was asked. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransientError("DATA_API_MALFORMED", "an answer that is not JSON", { path });
  }
}

/** Cloudflare's way to say no, whatever was asked: about us, not about the account. */
const isPage = (text: string): boolean => /^\s*</.test(text);
const pageError = (path: string, status: number): TransientError =>
  new TransientError("DATA_API_BLOCKED", `a web page instead of data (HTTP ${status}): we are kept out for now`, {
    ...{ path, status },
  });

function statusError(path: string, status: number, retryAfter: string | null, text: string): Error {
  const seconds = Number(retryAfter ?? Number.NaN);
  const askedMs = retryAfter !== null && Number.isFinite(seconds) ? Math.max(0, seconds) * SECOND_MS : null;
  const context = { path, status };
  // A 503 with Retry-After is the same request for a pause, only that the lack is on the other side.
  if (status === 429 || (status === 503 && askedMs !== null))
    return new RateLimitError(Math.min(askedMs ?? PAUSE_UNTOLD_MS, PAUSE_MAX_MS), "the Data API asks to wait", context);
  if (status >= 500 || status === 408)
    return new TransientError("DATA_API_FAILED", `the Data API answers with HTTP ${status}`, context);
  return new RejectedError("DATA_API_REJECTED", `the Data API answers with HTTP ${status}: ${sentence(text)}`, context);
}

/** The `error` of its JSON, in as many words as a log line holds; a page of HTML says nothing. */
function sentence(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "string" ? error.slice(0, 120) : "no reason given";
  } catch {
    return "no reason given";
  }
}
