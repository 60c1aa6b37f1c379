import {
  AbortedError,
  InvariantError,
  PayloadError,
  ProviderInconsistencyError,
  RateLimitError,
  RejectedError,
  TransientError,
} from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { RpcClient } from "./rpc-client.ts";

export type FailOverOptions = {
  readonly clients: readonly RpcClient[];
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries of many processes. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly attemptsMax: number;
};

export type AttemptOptions = {
  /** Errors that the caller wants at once instead of a retry: it knows a better next step than asking again. */
  readonly surfaces?: (error: unknown) => boolean;
  /** Begin with another node than the one that answered last. */
  readonly again?: boolean;
};

export type FailOver = {
  /** Runs `work` against one node after the other until one succeeds. @throws the last error after bounded attempts. */
  run<T>(work: (client: RpcClient) => Promise<T>, signal: AbortSignal, options?: AttemptOptions): Promise<T>;
};

type Node = { readonly client: RpcClient; restsUntil: number; failures: number };

const PAUSE_MS = 250;
const PAUSE_MAX_MS = 30_000;

/**
 * The one place where reads of the chain are retried. The node that answered last is asked first;
 * one that failed rests, longer each time, while there are others.
 */
export function createFailOver({ clients, clock, random, logger, attemptsMax }: FailOverOptions): FailOver {
  if (clients.length === 0) throw new InvariantError("NO_ENDPOINT", "a fail-over needs at least one endpoint");
  const nodes = clients.map((client): Node => ({ client, restsUntil: 0, failures: 0 }));
  let preferred = 0;

  function rest(node: Node, error: unknown): void {
    node.failures += 1;
    const backoff = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(node.failures, 10)) * (0.5 + random() / 2);
    node.restsUntil =
      clock.nowMs() + (error instanceof RateLimitError ? Math.max(error.retryAfterMs, backoff) : backoff);
  }

  /** The preferred node if it is not resting, else the next that is not, else the one that rests the least. */
  function choose(): number {
    const order = nodes.map((_, index) => (preferred + index) % nodes.length);
    const now = clock.nowMs();
    const awake = order.find((index) => (nodes[index] as Node).restsUntil <= now);
    return awake ?? order.reduce((a, b) => ((nodes[b] as Node).restsUntil < (nodes[a] as Node).restsUntil ? b : a));
  }

  async function attempt<T>(node: Node, work: (client: RpcClient) => Promise<T>, signal: AbortSignal): Promise<T> {
    await node.client.verify(signal);
    const result = await work(node.client);
    node.failures = 0;
    node.restsUntil = 0;
    return result;
  }

  return {
    async run(work, signal, { surfaces, again = false } = {}) {
      if (again) preferred = (preferred + 1) % nodes.length;
      for (let tried = 1; ; tried += 1) {
        const index = choose();
        const node = nodes[index] as Node;
        const waitMs = node.restsUntil - clock.nowMs();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        if (signal.aborted) throw new AbortedError();
        try {
          const result = await attempt(node, work, signal);
          preferred = index;
          return result;
        } catch (error) {
          if (!isRetryable(error) || surfaces?.(error) === true) throw error;
          rest(node, error);
          preferred = (index + 1) % nodes.length;
          if (tried >= attemptsMax) throw error;
          logger.debug("endpoint failed", { endpoint: node.client.name, attempt: tried, error });
        }
      }
    },
  };
}

/** Reads only come through here, so that asking again is always safe; another node may know better than this one. */
const isRetryable = (error: unknown): boolean =>
  error instanceof TransientError ||
  error instanceof PayloadError ||
  error instanceof ProviderInconsistencyError ||
  error instanceof RejectedError;
