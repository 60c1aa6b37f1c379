import { z } from "zod";
import {
  AbortedError,
  PayloadError,
  RateLimitError,
  RejectedError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";

export type GammaClientOptions = {
  /** `https://gamma-api.polymarket.com`, or what stands in for it. */
  readonly baseUrl: string;
  /** Real time: the network does not run faster in a demo. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly timeoutMs?: number;
  readonly attemptsMax?: number;
};

export type GammaQuery = readonly (readonly [name: string, value: string])[];

export type GammaClient = {
  /** All rows of one query, over as many pages as there are (or `pagesMax`). @throws AbortedError, TransientError and its kinds, RejectedError, PayloadError */
  markets(query: GammaQuery, signal: AbortSignal, pagesMax?: number): Promise<readonly unknown[]>;
};

/** `/markets/keyset` wraps its rows, `/markets` does not. */
const page = z.union([
  z.array(z.unknown()).transform((markets) => ({ markets, next_cursor: undefined })),
  z.object({ markets: z.array(z.unknown()), next_cursor: z.string().nullish() }),
]);

const PAGE_LIMIT = 100;
const PAGES_MAX = 20;
const PAUSE_MS = 500;

export function createGammaClient({
  baseUrl,
  clock,
  random,
  timeoutMs = 15_000,
  attemptsMax = 4,
}: GammaClientOptions): GammaClient {
  const base = baseUrl.replace(/\/+$/, "");
  // The older endpoint is asked for good once the newer one turns out to be missing.
  let current = "/markets/keyset";

  async function getOnce(path: string, query: GammaQuery, signal: AbortSignal): Promise<z.infer<typeof page>> {
    const parameters = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]));
    const late = new AbortController();
    const done = new AbortController();
    void clock.sleep(timeoutMs, done.signal).then(() => late.abort());
    try {
      const response = await fetch(`${base}${path}?${parameters}`, { signal: AbortSignal.any([signal, late.signal]) });
      const text = await response.text();
      if (!response.ok) throw statusError(response.status, response.headers.get("retry-after"));
      return parsePage(text);
    } catch (error) {
      if (signal.aborted) throw new AbortedError();
      if (late.signal.aborted) throw new TimeoutError("GAMMA_TIMEOUT", `no answer within ${timeoutMs} ms`);
      if (error instanceof TypeError) throw new TransientError("GAMMA_UNREACHABLE", "Gamma cannot be reached");
      throw error;
    } finally {
      done.abort();
    }
  }

  async function get(query: GammaQuery, signal: AbortSignal): Promise<z.infer<typeof page>> {
    for (let tried = 1; ; tried += 1) {
      const path = current;
      try {
        return await getOnce(path, query, signal);
      } catch (error) {
        if (error instanceof RejectedError && error.code === "GAMMA_NOT_FOUND" && path !== "/markets") {
          current = "/markets";
          continue;
        }
        if (!(error instanceof TransientError) || tried >= attemptsMax) throw error;
        const backoff = PAUSE_MS * 2 ** tried * (0.5 + random() / 2);
        await clock.sleep(error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoff) : backoff, signal);
        if (signal.aborted) throw new AbortedError();
      }
    }
  }

  return {
    async markets(query, signal, pagesMax = PAGES_MAX) {
      const rows: unknown[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < pagesMax; pages += 1) {
        const more: GammaQuery = cursor === null ? [] : [["after_cursor", cursor]];
        const { markets, next_cursor } = await get([...query, ["limit", String(PAGE_LIMIT)], ...more], signal);
        rows.push(...markets);
        if (!next_cursor || next_cursor === cursor || markets.length === 0) break;
        cursor = next_cursor;
      }
      return rows;
    },
  };
}

function parsePage(text: string): z.infer<typeof page> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PayloadError("GAMMA_MALFORMED", "an answer that is not JSON");
  }
  const parsed = page.safeParse(json);
  if (!parsed.success) throw new PayloadError("GAMMA_MALFORMED", "neither a list of markets nor a page of them");
  return parsed.data;
}

function statusError(status: number, retryAfter: string | null): Error {
  if (status === 429) {
    const seconds = Number(retryAfter ?? Number.NaN);
    return new RateLimitError(
      Number.isFinite(seconds) ? Math.min(seconds, 300) * 1_000 : 2_000,
      "Gamma limits our requests",
    );
  }
  if (status === 404) return new RejectedError("GAMMA_NOT_FOUND", "Gamma does not know this address");
  if (status >= 500 || status === 408) return new TransientError("GAMMA_FAILED", `Gamma answers with HTTP ${status}`);
  return new RejectedError("GAMMA_REJECTED", `Gamma answers with HTTP ${status}`);
}
