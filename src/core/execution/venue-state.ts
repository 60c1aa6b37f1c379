import { addMs, type EpochMs, MINUTE_MS, SECOND_MS } from "../time/time.ts";

/**
 * What the venue takes at the moment (API sheet, section 2.8): everything; resting orders only; cancels only; nothing,
 * or nothing from us. LIMITED: no orders for a while, because there were too many; cancels are counted apart.
 */
export type VenueCondition = "NORMAL" | "LIMITED" | "POST_ONLY" | "CANCEL_ONLY" | "DOWN" | "BLOCKED";

/** What an answer says about the venue as a whole. */
export type VenueSign =
  | { readonly kind: "working" }
  /** The matching engine restarts (425). */
  | { readonly kind: "restarting" }
  | { readonly kind: "post-only"; readonly retryAfterMs: number | null }
  | { readonly kind: "cancel-only"; readonly retryAfterMs: number | null }
  | { readonly kind: "disabled"; readonly retryAfterMs: number | null }
  /** Too many orders (429). */
  | { readonly kind: "rate-limited"; readonly retryAfterMs: number | null }
  /** The firewall, or the country: more requests make it worse, so a person has to look. */
  | { readonly kind: "blocked" };

export type VenueState = {
  readonly condition: VenueCondition;
  /** Not before then is the venue asked again; null: at once, or for BLOCKED never by itself. */
  readonly askAgainAt: EpochMs | null;
  /** Failed tries in a row while it restarts. */
  readonly tries: number;
};

export const VENUE_NORMAL: VenueState = { condition: "NORMAL", askAgainAt: null, tries: 0 };

const RESTART_WAIT_MS = SECOND_MS;
const RESTART_WAIT_MS_MAX = 30 * SECOND_MS;
/** After a restart the venue takes resting orders only for two minutes. */
const POST_ONLY_WAIT_MS = 2 * MINUTE_MS;
const RATE_WAIT_MS = SECOND_MS;
const CLOSED_WAIT_MS = 30 * SECOND_MS;

export function observeVenue(state: VenueState, sign: VenueSign, at: EpochMs): VenueState {
  // A block is lifted by a person: an answer that was under way when it came says nothing.
  if (state.condition === "BLOCKED") return state;
  switch (sign.kind) {
    case "working":
      return VENUE_NORMAL;
    case "restarting": {
      const waitMs = Math.min(RESTART_WAIT_MS * 2 ** state.tries, RESTART_WAIT_MS_MAX);
      return { condition: "DOWN", askAgainAt: addMs(at, waitMs), tries: state.tries + 1 };
    }
    case "rate-limited":
      return { condition: "LIMITED", askAgainAt: addMs(at, sign.retryAfterMs ?? RATE_WAIT_MS), tries: 0 };
    case "post-only":
      return { condition: "POST_ONLY", askAgainAt: addMs(at, sign.retryAfterMs ?? POST_ONLY_WAIT_MS), tries: 0 };
    case "cancel-only":
      return { condition: "CANCEL_ONLY", askAgainAt: addMs(at, sign.retryAfterMs ?? CLOSED_WAIT_MS), tries: 0 };
    case "disabled":
      return { condition: "DOWN", askAgainAt: addMs(at, sign.retryAfterMs ?? CLOSED_WAIT_MS), tries: 0 };
    case "blocked":
      return { condition: "BLOCKED", askAgainAt: null, tries: 0 };
  }
}

export type VenueAction = "take" | "rest" | "cancel";

/** Whether to try at all. What the venue does not take now is tried once the wait is over: that is how it is found out. */
export function mayAsk(state: VenueState, action: VenueAction, at: EpochMs): boolean {
  if (state.condition === "NORMAL") return true;
  if (state.condition === "BLOCKED") return false;
  if (action === "cancel" && state.condition !== "DOWN") return true;
  if (action === "rest" && state.condition === "POST_ONLY") return true;
  return state.askAgainAt === null || at >= state.askAgainAt;
}
