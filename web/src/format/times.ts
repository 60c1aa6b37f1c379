const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Short, for columns: 4 s, 12 min, 3 h, 5 d. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size < SECOND) return `${Math.round(size)} ms`;
  if (size < MINUTE) return `${Math.round(size / SECOND)} s`;
  if (size < HOUR) return `${Math.round(size / MINUTE)} min`;
  if (size < 48 * HOUR) return `${Math.round(size / HOUR)} h`;
  return `${Math.round(size / DAY)} d`;
}

/** The same where there may be none. */
export const durationOr = (ms: number | null, unknown = "–"): string => (ms === null ? unknown : duration(ms));

const formats = new Map<string, Intl.DateTimeFormat>();

function cached(
  locale: string | undefined,
  zone: string | undefined,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale, { ...options, ...(zone === undefined ? {} : { timeZone: zone }) });
    formats.set(key, made);
  }
  return made;
}

export const timeOfDay = (ms: number, locale?: string, zone?: string): string =>
  cached(locale, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);

export const day = (ms: number, locale?: string, zone?: string): string =>
  cached(locale, zone, { month: "short", day: "numeric" }).format(ms);

/** Sep 1 – Nov 1, 2026 */
export const days = (from: number, to: number, locale?: string, zone?: string): string =>
  cached(locale, zone, { year: "numeric", month: "short", day: "numeric" }).formatRange(from, to);

export const dateTime = (ms: number, locale?: string, zone?: string): string =>
  cached(locale, zone, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(ms);

/** The day where the moment is not of today, then hours and minutes. */
export function shortTime(ms: number, now: number, locale?: string, zone?: string): string {
  const today = day(now, locale, zone);
  const of = day(ms, locale, zone);
  const time = cached(locale, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
  return of === today ? time : `${of}, ${time}`;
}

/** Milliseconds since 1970 of what the API says: ISO 8601. */
export function toMs(value: unknown): number | null {
  if (typeof value === "number") return value;
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
