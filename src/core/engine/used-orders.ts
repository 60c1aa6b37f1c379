import { addMs, DAY_MS, type EpochMs, epochMs, startOfDay } from "../time/time.ts";
import { getShard, NO_SHARDS, type Shards, setShard } from "./shards.ts";

/**
 * Orders of which a fill has given a signal. One may rest and be filled for hours, and gives no second one. They are kept
 * by the UTC day of their last fill, which is forgotten as a whole when the day after it has ended: there may be very
 * many, and nothing is looked through.
 */
export type UsedOrders = {
  /** Start of the day that `today` is of. */
  readonly day: EpochMs;
  readonly today: Shards<true>;
  readonly dayBefore: Shards<true>;
};

export const NO_USED_ORDERS: UsedOrders = { day: epochMs(0), today: NO_SHARDS, dayBefore: NO_SHARDS };

/** @param key the order's hash; what follows a colon tells apart what it has given a signal for */
export const isUsed = ({ today, dayBefore }: UsedOrders, key: string): boolean =>
  (getShard(today, key) ?? getShard(dayBefore, key)) !== undefined;

export function markUsed(used: UsedOrders, key: string, at: EpochMs): UsedOrders {
  const turned = turnDay(used, at);
  return getShard(turned.today, key) ? turned : { ...turned, today: setShard(turned.today, key, true) };
}

/** @returns the same object while the day lasts */
export function turnDay(used: UsedOrders, at: EpochMs): UsedOrders {
  const day = startOfDay(at);
  if (day <= used.day) return used;
  return { day, today: NO_SHARDS, dayBefore: day === addMs(used.day, DAY_MS) ? used.today : NO_SHARDS };
}
