import { describe, expect, test } from "vitest";
import { addMs, epochMs } from "../time/time.ts";
import { mayAsk, observeVenue, VENUE_NORMAL, type VenueSign, type VenueState } from "./venue-state.ts";

const at = epochMs(1_790_000_000_000);
const stateAfter = (signs: readonly VenueSign[], from: VenueState = VENUE_NORMAL): VenueState =>
  signs.reduce((state, sign) => observeVenue(state, sign, at), from);
const allowed = (state: VenueState, ms = 0): string =>
  (["take", "rest", "cancel"] as const).filter((action) => mayAsk(state, action, addMs(at, ms))).join(" ");

describe("the venue's condition", () => {
  test.each<[string, readonly VenueSign[], string, number]>([
    ["works", [{ kind: "working" }], "take rest cancel", 0],
    ["restarts", [{ kind: "restarting" }], "", 1_000],
    ["takes resting orders only", [{ kind: "post-only", retryAfterMs: 79_000 }], "rest cancel", 79_000],
    ["does not say how long", [{ kind: "post-only", retryAfterMs: null }], "rest cancel", 120_000],
    ["takes cancels only", [{ kind: "cancel-only", retryAfterMs: null }], "cancel", 30_000],
    ["has had too many orders", [{ kind: "rate-limited", retryAfterMs: 3_000 }], "cancel", 3_000],
    ["has had too many, and says no more", [{ kind: "rate-limited", retryAfterMs: null }], "cancel", 1_000],
    ["is switched off", [{ kind: "disabled", retryAfterMs: 5_000 }], "", 5_000],
  ])("%s", (_what, signs, now, waitMs) => {
    const state = stateAfter(signs);
    expect(allowed(state)).toBe(now);
    expect(allowed(state, waitMs)).toBe("take rest cancel");
    if (waitMs > 0) expect(allowed(state, waitMs - 1)).toBe(now);
  });

  test("waits twice as long after each failed try, at most 30 seconds, and begins anew once it worked", () => {
    const waits: number[] = [];
    let state = VENUE_NORMAL;
    for (let i = 0; i < 8; i++) {
      state = observeVenue(state, { kind: "restarting" }, at);
      waits.push((state.askAgainAt ?? 0) - at);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const again = stateAfter([{ kind: "working" }, { kind: "restarting" }], state);
    expect(again.askAgainAt).toBe(at + 1_000);
  });

  test("a block stays until a person lifts it", () => {
    const blocked = stateAfter([{ kind: "blocked" }, { kind: "working" }, { kind: "restarting" }]);
    expect(blocked.condition).toBe("BLOCKED");
    expect(allowed(blocked, 86_400_000)).toBe("");
  });
});
