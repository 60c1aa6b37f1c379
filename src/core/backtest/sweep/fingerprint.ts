import { hashValue } from "../../engine/state-hash.ts";
import type { EpochMs } from "../../time/time.ts";
import type { HistoryFacts } from "../history.ts";

/**
 * Stands for what a sweep reads: its fills, its resolutions, the books that were recorded, and what decides about the markets that they resolve. Two
 * machines, or one before and after a pause, work on one sweep only where it is the same.
 * @param fills how many happened up to `to`, and the block of the last
 */
export function fingerprint(
  { markets, resolutions, books = [] }: HistoryFacts,
  fills: { readonly count: number; readonly lastBlock: number },
  to: EpochMs,
): string {
  const told = resolutions.filter(({ at }) => at <= to);
  const rows = told.map(({ marketKey, at, payoutNumerators }) => {
    const market = markets[marketKey];
    const { marketId, category, eventId, startsAt, endsAt, tickSize, minOrderSize, fee } = market ?? {};
    return [
      marketId,
      at,
      ...payoutNumerators,
      category,
      eventId,
      startsAt,
      endsAt,
      tickSize,
      minOrderSize,
      fee?.rate,
      fee?.exponent,
    ].map(String);
  });
  const seen = books.filter(({ at }) => at <= to);
  const recorded = seen.length === 0 ? {} : { books: seen.length, lastBook: seen.at(-1)?.at ?? null };
  return hashValue({ ...fills, rows, ...recorded });
}
