import fc from "fast-check";
import { expect, test } from "vitest";
import { $ } from "../../../test/support/trading.ts";
import { usd } from "../../core/money/amounts.ts";
import type { DaySpent } from "../../core/risk/signing-policy.ts";
import { epochMs } from "../../core/time/time.ts";
import { createDaySum } from "./day-sum.ts";

const day = epochMs(0);
const rules = { maxOrderUsd: $("10"), maxDayUsd: $("1000") };

const atOnce = async (): Promise<void> => {};

/** A disk that writes when it is let. */
function aDisk() {
  let on: DaySpent = { day, spentUsd: usd(0n) };
  const waiting: (() => void)[] = [];
  const disk = {
    stored: () => on.spentUsd,
    writes: () => waiting.length,
    finish: async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const done of waiting.splice(0)) done();
      await new Promise((resolve) => setImmediate(resolve));
    },
    file: {
      read: () => on,
      write: (next: DaySpent): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(() => {
            on = next;
            resolve();
          });
        }),
    },
  };
  return disk;
}

test("the first order waits for the disk, the next ones do not, and an orderly end gives back what was ahead", async () => {
  const { file, finish, stored } = aDisk();
  const sum = createDaySum(file, rules, atOnce);
  let counted = false;
  const first = sum.count({ day, spentUsd: $("10") }).then(() => {
    counted = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([counted, sum.read().spentUsd]).toEqual([false, $("10")]);
  await finish();
  await first;
  expect(stored()).toBe($("60"));
  await sum.count({ day, spentUsd: $("20") });
  const closing = sum.close();
  await finish();
  await closing;
  expect(stored()).toBe($("20"));
});

test("whatever is counted and whenever it dies, a restart counts as much at least, and at most a day", async () => {
  const steps = fc.array(fc.record({ cents: fc.integer({ min: 1, max: 1_000 }), writes: fc.boolean() }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 200_000 }), async (orders, maxCents) => {
      const { file, finish, stored } = aDisk();
      const maxDayUsd = usd(BigInt(maxCents) * 10_000n);
      const sum = createDaySum(file, { maxOrderUsd: $("10"), maxDayUsd }, atOnce);
      let given = usd(0n);
      for (const { cents, writes } of orders) {
        const spentUsd = usd(sum.read().spentUsd + BigInt(cents) * 10_000n);
        if (spentUsd > maxDayUsd) continue;
        void sum.count({ day, spentUsd }).then(() => {
          if (spentUsd > given) given = spentUsd;
        });
        await new Promise((resolve) => setImmediate(resolve));
        if (writes) await finish();
        expect(stored() >= given && stored() <= maxDayUsd).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

test("a new day is stored before anything of it is signed", async () => {
  const { file, finish, writes } = aDisk();
  const sum = createDaySum(file, rules, atOnce);
  void sum.count({ day, spentUsd: $("10") });
  await finish();
  let counted = false;
  const tomorrow = { day: epochMs(86_400_000), spentUsd: $("5") };
  const count = sum.count(tomorrow).then(() => {
    counted = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([counted, writes()]).toEqual([false, 1]);
  await finish();
  await count;
  expect(sum.read()).toEqual(tomorrow);
});

test("what only runs ahead is written when the order is on its way, once, and not after the end", async () => {
  const { file, finish, stored, writes } = aDisk();
  let [begin, calms] = [() => {}, 0];
  const sum = createDaySum(file, rules, () => {
    calms += 1;
    return new Promise((resolve) => {
      begin = resolve;
    });
  });
  void sum.count({ day, spentUsd: $("10") });
  await finish();
  expect(stored()).toBe($("60"));
  for (const spent of ["30", "40", "50"]) await sum.count({ day, spentUsd: $(spent) });
  expect([calms, writes()]).toEqual([1, 0]);
  begin();
  await finish();
  expect(stored()).toBe($("100"));
  await sum.count({ day, spentUsd: $("90") });
  const closing = sum.close();
  await finish();
  await closing;
  begin();
  await finish();
  expect([calms, stored()]).toEqual([2, $("90")]);
});
