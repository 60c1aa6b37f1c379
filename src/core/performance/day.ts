import type { Realization } from "../execution/position.ts";
import { addUsd, maxUsd, subUsd, toNumber, type UsdMicros, ZERO_USD } from "../money/amounts.ts";
import { type EpochMs, isoDate } from "../time/time.ts";

/** What happened on one UTC day, added up as it happens. */
export type DayRecord = {
  readonly date: string;
  readonly startEquityUsd: UsdMicros;
  readonly signals: number;
  readonly executed: number;
  /** Positions closed with a profit after fees, and those without. */
  readonly wins: number;
  readonly losses: number;
  /** Realised before fees. */
  readonly grossUsd: UsdMicros;
  /** Fees of what was realised: `gross − fees = net`. */
  readonly feesUsd: UsdMicros;
  /** Net profit of the winning positions, net loss (positive) of the losing ones. */
  readonly wonUsd: UsdMicros;
  readonly lostUsd: UsdMicros;
};

/** The account's worth through time. */
export type EquityRecord = {
  readonly equityUsd: UsdMicros;
  readonly peakUsd: UsdMicros;
  /** Deepest fall from a peak so far, 0…1. */
  readonly maxDrawdown: number;
  /** Equity at the end of each past day, oldest first; bounded. */
  readonly dailyCloseUsd: readonly UsdMicros[];
};

export const DAILY_CLOSES_MAX = 1_000;

export const startDay = (at: EpochMs, equityUsd: UsdMicros): DayRecord => ({
  date: isoDate(at),
  startEquityUsd: equityUsd,
  signals: 0,
  executed: 0,
  wins: 0,
  losses: 0,
  grossUsd: ZERO_USD,
  feesUsd: ZERO_USD,
  wonUsd: ZERO_USD,
  lostUsd: ZERO_USD,
});

export const startEquity = (equityUsd: UsdMicros): EquityRecord => ({
  equityUsd,
  peakUsd: equityUsd,
  maxDrawdown: 0,
  dailyCloseUsd: [],
});

export function addRealization(day: DayRecord, { position, grossUsd, feesUsd }: Realization): DayRecord {
  const closed = position.status === "CLOSED";
  const won = position.realizedUsd > 0n;
  return {
    ...day,
    grossUsd: addUsd(day.grossUsd, grossUsd),
    feesUsd: addUsd(day.feesUsd, feesUsd),
    wins: day.wins + (closed && won ? 1 : 0),
    losses: day.losses + (closed && !won ? 1 : 0),
    wonUsd: closed && won ? addUsd(day.wonUsd, position.realizedUsd) : day.wonUsd,
    lostUsd: closed && !won ? subUsd(day.lostUsd, position.realizedUsd) : day.lostUsd,
  };
}

export function observeEquity(record: EquityRecord, equityUsd: UsdMicros): EquityRecord {
  if (equityUsd === record.equityUsd) return record;
  const peakUsd = maxUsd(record.peakUsd, equityUsd);
  const drawdown = peakUsd > 0n ? toNumber(subUsd(peakUsd, equityUsd)) / toNumber(peakUsd) : 0;
  return { ...record, equityUsd, peakUsd, maxDrawdown: Math.max(record.maxDrawdown, drawdown) };
}

export const closeDay = (record: EquityRecord): EquityRecord => ({
  ...record,
  dailyCloseUsd: [...record.dailyCloseUsd, record.equityUsd].slice(-DAILY_CLOSES_MAX),
});
