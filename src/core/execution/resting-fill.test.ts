import { expect, test } from "vitest";
import { $, aBook, anApprovedOrder, NOON, px, sh } from "../../../test/support/trading.ts";
import { addMs } from "../time/time.ts";
import type { OrderRequest } from "./order.ts";
import { fillResting, restingExecutions, startResting } from "./resting-fill.ts";

/** 100 shares at 0.52. */
const order = {
  ...anApprovedOrder(),
  ...{ side: "BUY", stakeUsd: $("52"), limitPrice: px("0.52"), timeInForce: "GTC", restUntil: addMs(NOON, 60_000) },
} as OrderRequest;
type Level = readonly [string, string];
const asks = (...levels: readonly Level[]) => aBook([], levels);

test.each<readonly [string, readonly Level[], readonly (readonly Level[])[], string]>([
  ["nothing new is offered", [["0.51", "30"]], [[["0.51", "30"]], []], "0"],
  ["what was there comes back", [["0.51", "30"]], [[], [["0.51", "30"]]], "0"],
  ["somebody sells at the limit itself", [], [[["0.52", "500"]]], "0"],
  ["the market trades through it", [], [[["0.51", "60"]]], "30"],
  [
    "it does so twice, and stays there",
    [],
    [
      [["0.51", "60"]],
      [
        ["0.51", "60"],
        ["0.5", "20"],
      ],
    ],
    "40",
  ],
  ["more than it wants is offered", [], [[["0.4", "5000"]]], "100"],
  ["more joins what was there on arrival", [["0.51", "30"]], [[["0.51", "50"]]], "10"],
])("what rests gets half of what is newly offered for less: %s", (_, arrival, later, filled) => {
  const first = startResting(order, [], asks(...arrival));
  const last = later.reduce((resting, levels) => fillResting(resting, asks(...levels), 50n), first);
  const expected = filled === "0" ? [] : [{ price: px("0.52"), size: sh(filled), fee: $("0") }];
  expect(restingExecutions(last)).toMatchObject(expected);
  expect(last.left).toBe(sh("100") - sh(filled));
});
