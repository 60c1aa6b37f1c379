import type { EpochMs } from "../core/time/time.ts";
import type { EndpointHealth } from "./log-source.ts";

/** Shows other processes how the listener's endpoints do, and the next start what they allow. */
export type EndpointStore = {
  /** Replaces what was there. */
  save(endpoints: readonly EndpointHealth[], measuredAt: EpochMs): Promise<void>;
};
