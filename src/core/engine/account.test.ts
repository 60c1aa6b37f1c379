import { expect, it } from "vitest";
import { anEngine } from "../../../test/support/engine.ts";
import { NOON } from "../../../test/support/trading.ts";
import { addMs } from "../time/time.ts";
import { entriesStoppedUntil } from "./account.ts";

it.each([
  ["nothing stops entries", null, null, null],
  ["the day's loss", 5, null, 5],
  ["a pause after losses", null, 7, 7],
  ["what is over stops nothing any more", 0, -5, null],
  ["the later of both", 5, 7, 7],
  ["the later of both, the other way", 9, 7, 9],
] as const)("until when nothing is bought: %s", (_, byDay, byPause, expected) => {
  const at = (ms: number | null) => (ms === null ? null : addMs(NOON, ms));
  const state = anEngine().state();
  const until = at(byPause);
  const pause =
    until === null ? null : ({ code: "LOSS_STREAK", limit: "5 losses in a row", value: "5", until } as const);
  const stopped = { ...state, entriesStoppedUntil: at(byDay), protections: { ...state.protections, pause } };
  expect(entriesStoppedUntil(stopped)).toBe(at(expected));
});
