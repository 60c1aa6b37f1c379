/** Numbers as people of the reader's locale write them. `null` is what is not known, shown as a dash. */
export type Amount = string | number | null | undefined;

export const UNKNOWN = "–";
const MINUS = "\u2212";

export const toNumber = (value: unknown): number | null => {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};

const formats = new Map<string, Intl.NumberFormat>();

export function format(value: Amount, locale: string | undefined, options: Intl.NumberFormatOptions): string {
  const number = toNumber(value);
  if (number === null) return UNKNOWN;
  const key = `${locale}${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    // What rounds to nothing is neither a gain nor a loss.
    made = new Intl.NumberFormat(locale, { signDisplay: "negative", ...options });
    formats.set(key, made);
  }
  // A true minus is as wide as a plus, so that columns of both line up.
  return made.format(number).replace("-", MINUS);
}

const signed = { signDisplay: "exceptZero" } as const;

/** Dollars: with cents below 100,000, short from a million on. */
export function usd(value: Amount, locale?: string, withSign = false): string {
  const size = Math.abs(toNumber(value) ?? 0);
  return format(value, locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    ...(size >= 1e6 ? { notation: "compact", maximumFractionDigits: 2 } : {}),
    ...(size >= 1e5 && size < 1e6 ? { maximumFractionDigits: 0 } : {}),
    ...(withSign ? signed : {}),
  });
}

/** Dollars without cents, for an axis. */
export const wholeUsd = (value: Amount, locale?: string): string =>
  format(value, locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 0,
  });

export const count = (value: Amount, locale?: string): string => format(value, locale, { maximumFractionDigits: 0 });

export const compact = (value: Amount, locale?: string): string =>
  format(value, locale, { notation: "compact", maximumFractionDigits: 1 });

export const decimal = (value: Amount, digits: number, locale?: string, withSign = false): string =>
  format(value, locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    ...(withSign ? signed : {}),
  });

/** A share of one as per cent. */
export const percent = (value: Amount, digits: number, locale?: string, withSign = false): string =>
  format(value, locale, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    ...(withSign ? signed : {}),
  });

/** A price from 0 to 1, to the tenth of a cent that markets are ticked in. */
export const price = (value: Amount, locale?: string): string => decimal(value, 3, locale);

export function bytes(value: Amount, locale?: string): string {
  const number = toNumber(value);
  if (number === null) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = number < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(number) / 3));
  return `${format(number / 1000 ** step, locale, { maximumFractionDigits: step === 0 ? 0 : 1 })} ${units[step]}`;
}
