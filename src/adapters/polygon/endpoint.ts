import { AbortedError, RangeTooLargeError, RateLimitError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointHealth, KnownLimits } from "../../ports/log-source.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { RpcClient } from "./rpc-client.ts";

/** One node with what experience says of it. */
export type Endpoint = {
  readonly client: RpcClient;
  readonly restsUntil: () => number;
  /** Expected milliseconds of a request, made worse by errors and lag. */
  cost(): number;
  readonly inFlight: () => number;
  /** Whether it is worth asking for a range of so many blocks. */
  mayServe(blocks: number): boolean;
  /** Runs `work` and remembers how it went; the error is thrown on. */
  run<T>(work: (client: RpcClient) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** @param best the newest block that any endpoint has named */
  noteHead(head: number, best: number): void;
  health(): EndpointHealth;
};

export type EndpointDeps = {
  readonly client: RpcClient;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries of many processes. */
  readonly random: () => number;
  /** What an earlier process learned. */
  readonly known?: KnownLimits | undefined;
};

const PAUSE_MS = 250;
const PAUSE_MAX_MS = 30_000;
/** Weight of the newest measurement in a moving average. */
const WEIGHT = 0.2;
const UNMEASURED_MS = 300;
/** Differences below this are nothing to change an endpoint for. */
const LEAST_MS = 25;
const ERROR_WEIGHT = 8;
const LAG_WEIGHT = 0.25;
/** Providers change their limits; a refused range is tried again this much later. */
const CAP_FORGOTTEN_MS = 3_600_000;

/** Of earlier processes, what is too old to be relied on left out. */
export function freshLimits(known: readonly KnownLimits[], name: string, nowMs: number): KnownLimits | undefined {
  return known.find((each) => each.name === name && nowMs - each.measuredAt <= CAP_FORGOTTEN_MS);
}

export function createEndpoint({ client, limiter, clock, random, known }: EndpointDeps): Endpoint {
  let restsUntil = 0;
  let failuresInARow = 0;
  let requests = 0;
  let failures = 0;
  let inFlight = 0;
  let latencyMs: number | null = null;
  let errorRate = 0;
  let lagBlocks: number | null = null;
  let lastError: string | null = null;
  let blocksMax = known?.blocksMax ?? null;
  let resultsMax = known?.resultsMax ?? null;
  // The other process's clock may be ahead of ours.
  let cappedAt = Math.min(known?.measuredAt ?? 0, clock.nowMs());

  const cost = (): number =>
    (LEAST_MS + (latencyMs ?? UNMEASURED_MS)) * (1 + ERROR_WEIGHT * errorRate) * (1 + LAG_WEIGHT * (lagBlocks ?? 0));

  function succeeded(ms: number): void {
    latencyMs = latencyMs === null ? ms : latencyMs + WEIGHT * (ms - latencyMs);
    errorRate -= WEIGHT * errorRate;
    failuresInARow = 0;
    restsUntil = 0;
  }

  function failed(error: unknown): void {
    failures += 1;
    failuresInARow += 1;
    errorRate += WEIGHT * (1 - errorRate);
    lastError = error instanceof Error ? error.message : "unknown";
    const doublings = Math.min(failuresInARow, 10);
    const backoff = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** doublings) * (0.5 + random() / 2);
    if (error instanceof RateLimitError) limiter.refused(error.retryAfterMs);
    restsUntil = clock.nowMs() + (error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoff) : backoff);
  }

  /** "Too large" is no failure: it says what may be asked. */
  function learnCap({ context }: RangeTooLargeError): void {
    cappedAt = clock.nowMs();
    if (typeof context.blocksMax === "number") blocksMax = context.blocksMax;
    if (typeof context.resultsMax === "number") resultsMax = context.resultsMax;
  }

  return {
    client,
    cost,
    restsUntil: () => restsUntil,
    inFlight: () => inFlight,
    mayServe: (blocks) => blocksMax === null || blocks <= blocksMax || clock.nowMs() - cappedAt > CAP_FORGOTTEN_MS,
    async run(work, signal) {
      const startedAt = clock.nowMs();
      requests += 1;
      inFlight += 1;
      try {
        await client.verify(signal);
        const result = await work(client);
        succeeded(clock.nowMs() - startedAt);
        return result;
      } catch (error) {
        if (error instanceof RangeTooLargeError) learnCap(error);
        else if (!(error instanceof AbortedError)) failed(error);
        throw error;
      } finally {
        inFlight -= 1;
      }
    },
    noteHead(head, best) {
      lagBlocks = Math.max(0, best - head);
    },
    health: () => ({
      name: client.name,
      isResting: restsUntil > clock.nowMs(),
      cost: Math.round(cost()),
      requests,
      failures,
      latencyMs: latencyMs === null ? null : Math.round(latencyMs),
      errorRate: Math.round(errorRate * 1_000) / 1_000,
      lagBlocks,
      callsPerSecond: limiter.callsPerSecond(),
      blocksMax,
      resultsMax,
      lastError,
    }),
  };
}
