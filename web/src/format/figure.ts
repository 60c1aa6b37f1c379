/** Figures of a report by what their names end in; the program writes amounts as whole micros with an `n` behind. */
import { decimal, format, percent, UNKNOWN, usd } from "./numbers.ts";
import { plain } from "./text.ts";
import { dateTime, duration } from "./times.ts";

const MICROS = 1e6;

export function figure(name: string, value: unknown, locale?: string, zone?: string): string {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") return isEmpty(value) ? "none" : plain(JSON.stringify(value));
  const whole = typeof value === "string" ? /^(-?\d+)n$/.exec(value)?.[1] : undefined;
  const number = whole !== undefined ? Number(whole) : typeof value === "number" ? value : null;
  if (number === null)
    return isTime(name, value) ? dateTime(Date.parse(String(value)), locale, zone) : plain(String(value));
  if (name === "from" || name === "to") return dateTime(number, locale, zone);
  if (/usd$/i.test(name)) return usd(whole === undefined ? number : number / MICROS, locale);
  if (/bps$/i.test(name)) return percent(number / 1e4, number % 100 === 0 ? 0 : 2, locale);
  if (/per_share$/.test(name)) return `${format(number * 100, locale, { maximumFractionDigits: 2 })}¢`;
  if (/ms(min|max)?$/i.test(name)) return duration(number);
  return format(number, locale, { maximumSignificantDigits: 6 });
}

/** `stopLossBps` is about a stop loss; its unit stands with the figure. */
export const figureName = (name: string): string =>
  name
    .replace(/(Bps|Usd|Ms)(?=Min$|Max$|$)/, "")
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

const isTime = (name: string, value: unknown): boolean =>
  /^(from|to)$|_at$/.test(name) && !Number.isNaN(Date.parse(String(value)));

const isEmpty = (value: object): boolean =>
  Array.isArray(value)
    ? value.length === 0
    : Object.values(value).every((each) => each === null || (typeof each === "object" && isEmpty(each)));

const IN_USD = /DEPLOYED|EXPOSURE|CASH|LOSS_LIMIT|LIQUIDITY|BUDGET|DRAWDOWN|_USD/;

/**
 * Figures of a check are exact text: shown with their unit and as many digits as one can use.
 * @param code of the check, which says what a bare number is
 */
export function checkFigure(code: string, text: string | null, locale?: string, zone?: string): string {
  if (text === null) return UNKNOWN;
  const bare = (number: string): string =>
    IN_USD.test(code) ? usd(number, locale) : String(Number(Number(number).toFixed(4)));
  return plain(text)
    .replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\b/g, (_, day, time) =>
      dateTime(Date.parse(`${day}T${time}Z`), locale, zone),
    )
    .replace(/^-?\d+(\.\d+)?(?=$|, until )/, bare)
    .replace(/(\d+) ms\b/g, (_, number) => duration(Number(number)))
    .replace(/(\d+(?:\.\d+)?) USD\b/g, (_, number) => usd(number, locale))
    .replace(/(\d+\.\d{3,})(?= shares\b)/g, (number) => decimal(number, 2, locale))
    .replace(/\d+\.\d{5,}/g, (number) => decimal(number, 4, locale));
}
