/**
 * Requests per second that are allowed ourselves, half of what is documented for each (800, 300 and 200 in ten seconds
 * for all, trades and positions; docs of 2026-09-30). An endpoint without a limit of its own has what all have together.
 */
export const REQUESTS_PER_SECOND: RequestRates = {
  all: 40,
  "/v2/trades": 10,
  "/v2/activity": 20,
  "/v2/positions": 10,
  "/v2/resolutions": 20,
};

/** Seconds of the rate that may go at once. */
export const BURST_SECONDS = 1;

export type RequestRates = Readonly<
  Record<"all" | "/v2/trades" | "/v2/activity" | "/v2/positions" | "/v2/resolutions", number>
>;
