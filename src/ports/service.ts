import type { EndpointHealth } from "./log-source.ts";

export type Health = {
  readonly ready: boolean;
  /** One sentence for a person: what it waits for, or what is wrong. */
  readonly detail: string;
  /** Of a service that reads the chain. */
  readonly endpoints?: readonly EndpointHealth[];
};

/** What every service factory returns. */
export type Service = {
  readonly name: string;
  /**
   * Runs until `signal` aborts, then resolves with everything committed or rolled back.
   * Rejects only with an error that this process cannot outlive; whatever may pass is retried inside.
   */
  run(signal: AbortSignal): Promise<void>;
  health(): Health;
};
