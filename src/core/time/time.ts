import type { Brand } from "../brand.ts";

/** Milliseconds since 1970, UTC. The core takes time as a value and never reads a clock. */
export type EpochMs = Brand<number, "EpochMs">;

export const epochMs = (ms: number): EpochMs => ms as EpochMs;
export const addMs = (at: EpochMs, ms: number): EpochMs => (at + ms) as EpochMs;
export const fromUnixSeconds = (seconds: number | bigint): EpochMs => (Number(seconds) * 1000) as EpochMs;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Midnight UTC of the day that holds `at`: the boundary of daily limits and performance rows. */
export const startOfDay = (at: EpochMs): EpochMs => (Math.floor(at / DAY_MS) * DAY_MS) as EpochMs;

/** `YYYY-MM-DD` in UTC. Formatting a given instant is pure; reading the clock is what the core may not do. */
export const isoDate = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/** `YYYY-MM-DD HH:MM:SS UTC`, for people. */
export const isoSecond = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** Midnight UTC with which the day begins that `isoDate` names so. */
export const dayOf = (date: string): EpochMs => Date.parse(date) as EpochMs;
