import { addUsd, minUsd, type UsdMicros, usd } from "../../core/money/amounts.ts";
import type { DaySpent, SigningPolicy } from "../../core/risk/signing-policy.ts";
import type { SpentFile } from "./spent-file.ts";

/** What is stored runs ahead of what is signed by so many of the largest orders, and by a twentieth of the day at most. */
const ORDERS_AHEAD = 10n;
const DAY_PARTS = 20n;

/**
 * The day's sum, on the disk before it is spent: the file is ahead of what was signed, so that an order seldom waits for
 * the disk. A kill costs what the file was ahead of the day's sum, never more than it allows; an orderly end nothing.
 */
export type DaySum = {
  read(): DaySpent;
  /** Resolves when a restart would count as much. From the call on `read` does. */
  count(spent: DaySpent): Promise<void>;
  close(): Promise<void>;
};

/** @param calm is over when the order that was signed last is on its way: its commit needs the disk first */
export function createDaySum(
  file: SpentFile,
  { maxOrderUsd, maxDayUsd }: Pick<SigningPolicy, "maxOrderUsd" | "maxDayUsd">,
  calm: () => Promise<void>,
): DaySum {
  const ahead = minUsd(usd(maxOrderUsd * ORDERS_AHEAD), usd(maxDayUsd / DAY_PARTS));
  let spent = file.read();
  let stored = spent;
  let writing: Promise<void> = Promise.resolve();

  const covers = (wanted: UsdMicros, { day }: DaySpent): boolean => stored.day === day && stored.spentUsd >= wanted;

  /** One write after the other; what a later one has made needless is left out. */
  function store(wanted: UsdMicros, of: DaySpent): Promise<void> {
    const write = async (): Promise<void> => {
      if (covers(wanted, of)) return;
      const next = { day: spent.day, spentUsd: minUsd(maxDayUsd, addUsd(spent.spentUsd, ahead)) };
      await file.write(next);
      stored = next;
    };
    const written = writing.then(write);
    writing = written.catch(() => {});
    return written;
  }

  let isPlanned = false;
  let isClosed = false;
  async function storeAhead(): Promise<void> {
    if (isPlanned) return;
    isPlanned = true;
    await calm();
    isPlanned = false;
    // What fails here fails again, and then loudly, when an order needs it.
    if (!isClosed) await store(enoughAhead(), spent).catch(() => {});
  }
  const enoughAhead = (): UsdMicros => minUsd(maxDayUsd, addUsd(spent.spentUsd, usd(ahead / 2n)));

  return {
    read: () => spent,
    async count(next) {
      spent = next;
      if (!covers(next.spentUsd, next)) return store(next.spentUsd, next);
      if (!covers(enoughAhead(), next)) void storeAhead();
    },
    async close() {
      isClosed = true;
      await writing;
      if (stored.spentUsd !== spent.spentUsd) await file.write(spent);
      stored = spent;
    },
  };
}
