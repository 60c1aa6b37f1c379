import { expect, test } from "vitest";
import { $, aBook, anApprovedOrder, px, sh } from "../../../test/support/trading.ts";
import type { SignalId } from "../ids/ids.ts";
import { mirrorBook, reverseControl } from "./reverse-control.ts";

const book = aBook(
  [
    ["0.60", "100"],
    ["0.58", "1000"],
    ["0.50", "1000"],
  ],
  [["0.62", "500"]],
);
const bought = () => {
  const order = anApprovedOrder();
  if (order.side !== "BUY") throw new Error("an entry buys");
  return { ...order, signalId: "FW-1" as SignalId, stakeUsd: $("100"), fee: { rate: 0, exponent: 1 } };
};

test("a book mirrored twice is itself, and each bid is the other outcome's ask at 1 less its price", () => {
  const mirrored = mirrorBook(book);
  expect(mirrored.asks.map(({ price }) => price)).toEqual([px("0.4"), px("0.42"), px("0.5")]);
  expect(mirrored.bids).toEqual([{ price: px("0.38"), size: sh("500") }]);
  expect(mirrorBook(mirrored)).toEqual(book);
});

test("spends the same stake on the other outcome, from its best ask to 5 % above and no further", () => {
  // 100 at 0.40 are 40.00; the cap is 0.42, where the other 60.00 buy 142.8571.
  const { outcomeIndex, ...control } = reverseControl(bought(), book, 500n);
  expect(outcomeIndex).not.toBe(bought().outcomeIndex);
  expect(control).toMatchObject({ stakeUsd: $("100"), size: sh("242.8571"), cashUsd: $("99.999982") });
  const thin = aBook(
    [
      ["0.60", "100"],
      ["0.50", "1000"],
    ],
    [["0.62", "500"]],
  );
  expect(reverseControl(bought(), thin, 500n)).toMatchObject({ size: sh("100"), cashUsd: $("40") });
});

test("holds nothing where nobody bids for what the signal buys", () => {
  expect(reverseControl(bought(), aBook([], [["0.62", "500"]]), 500n)).toMatchObject({
    size: 0n,
    cashUsd: 0n,
    feesUsd: 0n,
  });
});
