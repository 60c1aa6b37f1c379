import {
  AbortedError,
  InvariantError,
  PayloadError,
  ProviderInconsistencyError,
  RangeTooLargeError,
  RejectedError,
  TransientError,
} from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EndpointHealth } from "../../ports/log-source.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Endpoint } from "./endpoint.ts";
import type { RpcClient } from "./rpc-client.ts";

export type FailOverOptions = {
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly attemptsMax: number;
  /**
   * True: requests are spread over all endpoints by how busy they are. False: one endpoint is asked as long as it does
   * well, because two nodes never stand at quite the same block.
   */
  readonly isSpread: boolean;
};

export type AttemptOptions = {
  /** Errors that the caller wants at once instead of a retry: it knows a better next step than asking again. */
  readonly surfaces?: (error: unknown) => boolean;
  /** Begin with another endpoint than the one that answered last. */
  readonly again?: boolean;
  /** Name of an endpoint that is asked only where there is no other; one that serves shorter ranges is preferred to it. */
  readonly avoid?: string | undefined;
  /** Length of the range that is asked for: endpoints known to refuse it are left out. */
  readonly blocks?: number;
};

export type FailOver = {
  /**
   * Runs `work` against one endpoint after the other until one succeeds.
   * @throws the last error after bounded attempts; RangeTooLargeError when no endpoint serves so many blocks
   */
  run<T>(work: (client: RpcClient) => Promise<T>, signal: AbortSignal, options?: AttemptOptions): Promise<T>;
  endpoints(): readonly EndpointHealth[];
  /** Notes a head that `client` named, and has the others asked for theirs where that is due. */
  noteHead(client: RpcClient, head: number, ask: (client: RpcClient) => Promise<number>, signal: AbortSignal): void;
};

/** Another endpoint takes over when it would cost less than this part of what the present one costs. */
const CHANGE_BELOW = 0.5;
/** Endpoints that are not in use are asked for their head so often, and at once when the head in use stands still. */
const PROBE_MS = 30_000;
const STANDSTILL_PROBE_MS = 5_000;
const STANDSTILL_BLOCKS = 3;
const UNKNOWN_BLOCK_MS = 2_000;

/** The one place where reads of the chain are retried. An endpoint that failed rests, longer each time, while there are others. */
export function createFailOver({ endpoints, clock, logger, attemptsMax, isSpread }: FailOverOptions): FailOver {
  const [first] = endpoints;
  if (first === undefined) throw new InvariantError("NO_ENDPOINT", "a fail-over needs at least one endpoint");
  let preferred: Endpoint = first;

  const load = (endpoint: Endpoint): number => endpoint.cost() * (isSpread ? 1 + endpoint.inFlight() : 1);
  const cheapest = (list: readonly Endpoint[]): Endpoint =>
    list.reduce((best, each) => (load(each) < load(best) ? each : best));

  function choose(candidates: readonly Endpoint[]): Endpoint {
    const now = clock.nowMs();
    const awake = candidates.filter((endpoint) => endpoint.restsUntil() <= now);
    if (awake.length === 0) return candidates.reduce((a, b) => (b.restsUntil() < a.restsUntil() ? b : a));
    const best = cheapest(awake);
    const mayStay = !isSpread && awake.includes(preferred);
    return mayStay && load(best) > CHANGE_BELOW * load(preferred) ? preferred : best;
  }

  /** @throws RangeTooLargeError when none of them serves so many blocks, with the most that one does. */
  function candidatesFor(blocks: number, avoided: string | null, isStrict: boolean): readonly Endpoint[] {
    const allowed = isStrict ? unlessNone(endpoints, (endpoint) => endpoint.client.name !== avoided) : endpoints;
    const able = allowed.filter((endpoint) => endpoint.mayServe(blocks));
    if (able.length === 0) {
      const blocksMax = Math.max(...allowed.map((endpoint) => endpoint.health().blocksMax ?? 1));
      throw new RangeTooLargeError("RANGE_TOO_LARGE", `no endpoint serves ${blocks} blocks at once`, { blocksMax });
    }
    return unlessNone(able, (endpoint) => endpoint.client.name !== avoided);
  }

  return {
    endpoints: () => endpoints.map((endpoint) => endpoint.health()),
    noteHead: createHeadWatch({ endpoints, clock }),
    async run(work, signal, { surfaces, again = false, avoid, blocks = 1 } = {}) {
      let avoided = avoid ?? (again ? preferred.client.name : null);
      for (let tried = 1; ; tried += 1) {
        const endpoint = choose(candidatesFor(blocks, avoided, avoid !== undefined && !again));
        const waitMs = endpoint.restsUntil() - clock.nowMs();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        if (signal.aborted) throw new AbortedError();
        try {
          const result = await endpoint.run(work, signal);
          preferred = endpoint;
          return result;
        } catch (error) {
          if (!isRetryable(error)) throw error;
          // Another endpoint may serve what this one refuses: then nothing has failed.
          if (isRefusedHere(error, endpoint, endpoints, blocks)) continue;
          if (surfaces?.(error) === true || tried >= attemptsMax) throw error;
          avoided = avoid ?? null;
          logger.debug("endpoint failed", { endpoint: endpoint.client.name, attempt: tried, error });
        }
      }
    },
  };
}

/** The endpoints that are wanted, or all where none is. */
const unlessNone = (list: readonly Endpoint[], isWanted: (endpoint: Endpoint) => boolean): readonly Endpoint[] => {
  const wanted = list.filter(isWanted);
  return wanted.length > 0 ? wanted : list;
};

const isRefusedHere = (error: unknown, endpoint: Endpoint, all: readonly Endpoint[], blocks: number): boolean =>
  error instanceof RangeTooLargeError && !endpoint.mayServe(blocks) && all.some((each) => each.mayServe(blocks));

/** Reads only come through here, so that asking again is always safe; another node may know better than this one. */
const isRetryable = (error: unknown): boolean =>
  error instanceof TransientError ||
  error instanceof PayloadError ||
  error instanceof ProviderInconsistencyError ||
  error instanceof RejectedError;

/**
 * Compares the heads of all endpoints. The ones that are not in use are asked now and then, and at once when the head
 * in use has stood still for as long as three blocks take: then this node has stopped, or the chain has.
 */
function createHeadWatch({ endpoints, clock }: Pick<FailOverOptions, "endpoints" | "clock">): FailOver["noteHead"] {
  let best = -1;
  let probedAt = clock.nowMs() as number;
  /** When the head in use last moved, and how long it took per block then. */
  let moved = { head: -1, at: clock.nowMs() as number, blockMs: UNKNOWN_BLOCK_MS };

  function note(client: RpcClient, head: number): void {
    best = Math.max(best, head);
    endpoints.find((endpoint) => endpoint.client === client)?.noteHead(head, best);
  }

  async function probe(endpoint: Endpoint, ask: (client: RpcClient) => Promise<number>, signal: AbortSignal) {
    try {
      note(endpoint.client, await endpoint.run(ask, signal));
    } catch {
      // It counts against the endpoint, which is all that was to be found out.
    }
  }

  return (client, head, ask, signal) => {
    const now = clock.nowMs();
    note(client, head);
    if (head > moved.head) {
      const perBlock = (now - moved.at) / (head - moved.head);
      moved = { head, at: now, blockMs: moved.head < 0 ? UNKNOWN_BLOCK_MS : Math.max(perBlock, 100) };
    }
    const stillMs = now - moved.at;
    const isStill = stillMs > Math.max(STANDSTILL_BLOCKS * moved.blockMs, STANDSTILL_PROBE_MS);
    if (now - probedAt < (isStill ? STANDSTILL_PROBE_MS : PROBE_MS)) return;
    probedAt = now;
    for (const endpoint of endpoints) {
      if (endpoint.client !== client && endpoint.restsUntil() <= now) void probe(endpoint, ask, signal);
    }
  };
}
