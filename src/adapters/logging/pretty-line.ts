import { styleText } from "node:util";

/** A record as pino writes it; `at` is ISO text of the clock's time. */
export type LogRecord = {
  readonly at: string;
  readonly level: string;
  readonly msg: string;
  readonly service?: string;
  readonly simulated?: boolean;
  readonly [field: string]: unknown;
};

type Style = Parameters<typeof styleText>[0];

/** Lines that a person looks for stand out. */
const MESSAGE_STYLE: readonly (readonly [RegExp, Style])[] = [
  [/^(whale signal|signal)/i, "magentaBright"],
  [/^paper trade/i, "cyanBright"],
  [/^win\b/i, "greenBright"],
  [/^loss\b/i, "redBright"],
  [/^risk limit/i, "yellowBright"],
];
const LEVEL_STYLE: Readonly<Record<string, Style>> = { warn: "yellow", error: "red", debug: "gray" };
const OWN_FIELDS = ["at", "level", "msg", "service", "simulated"];
/** Long ids serve to follow one thing through many lines, which is done by program: the JSON form has them. */
const IDS = ["signalId", "positionId", "clientOrderId", "orderHash", "txHash", "logIndex"];
/** Said by the message already ("whale signal"). */
const SAID = ["signalType"];
const HIDDEN = new Set([...OWN_FIELDS, ...IDS, ...SAID]);
const MESSAGE_WIDTH = 18;

/** Whole numbers of this size are milliseconds since 1970: the years 2017 to 2096. */
const EPOCH_MS_MIN = 1.5e12;
const EPOCH_MS_MAX = 4e12;

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const quantity = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const price = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

function readableNumber(name: string, value: number): string {
  if (/usd$|pnl$/i.test(name)) return dollars.format(value);
  if (/price$/i.test(name)) return price.format(value);
  if (value > EPOCH_MS_MIN && value < EPOCH_MS_MAX) return `${new Date(value).toISOString().slice(0, 19)}Z`;
  if (/Ms$/.test(name)) return value < 1_000 ? `${quantity.format(value)} ms` : `${quantity.format(value / 1_000)} s`;
  // A block number is an id: people search for it as it stands.
  if (/block$|port$|^version$/i.test(name)) return String(value);
  return quantity.format(value);
}

/** What a person has to act on is not cut off before it says what to do. */
const WHOLE = ["reason", "text", "fix"];

function readableText(name: string, text: string): string {
  if (/^0x[0-9a-f]{12,}$/i.test(text)) return `${text.slice(0, 6)}…${text.slice(-4)}`;
  if (/^\d{20,}$/.test(text)) return `${text.slice(0, 5)}…${text.slice(-4)}`;
  const most = WHOLE.includes(name) ? 400 : 72;
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return /[\s=]/.test(short) ? `“${short}”` : short;
}

function readableValue(name: string, value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number") return readableNumber(name, value);
  if (typeof value === "string") {
    const amount = /(usd|pnl|cash|price|shares|size)$/i.test(name) && /^-?\d+(\.\d+)?$/.test(value);
    return amount ? readableNumber(/cash$/i.test(name) ? "usd" : name, Number(value)) : readableText(name, value);
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map((item) => readableValue(name, item));
    return `${shown.join(",")}${value.length > 4 ? `,… (${value.length})` : ""}`;
  }
  if (typeof value === "object") return readableObject(value as Readonly<Record<string, unknown>>);
  return String(value);
}

/** An error shows its message; its stack goes below the line. */
function readableObject(value: Readonly<Record<string, unknown>>): string {
  if (typeof value.message === "string") {
    const { code, name, message, cause } = value;
    const below = typeof cause === "object" && cause !== null ? ` ← ${readableValue("cause", cause)}` : "";
    return `${String(code ?? name ?? "Error")}: ${message}${below}`;
  }
  return Object.entries(value)
    .map(([name, item]) => `${name}:${readableValue(name, item)}`)
    .join(" ");
}

function stackOf(record: LogRecord): string {
  for (const value of Object.values(record)) {
    const stack = typeof value === "object" && value !== null && "stack" in value ? value.stack : undefined;
    if (typeof stack === "string") return `\n${stack.split("\n").slice(1).join("\n")}`;
  }
  return "";
}

/** The value shows its unit. */
const shownName = (name: string): string => name.replace(/(?<=[a-z])(Usd|Ms)$/, "");

/** One line for a person: time, mark, level if unusual, service, message, fields. */
export function prettyLine(record: LogRecord, colours: boolean): string {
  const paint = (style: Style, text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  const style = LEVEL_STYLE[record.level] ?? MESSAGE_STYLE.find(([pattern]) => pattern.test(record.msg))?.[1];
  const fields = Object.entries(record)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => `${paint("gray", `${shownName(name)}=`)}${readableValue(name, value)}`);
  const message = record.msg.padEnd(fields.length > 0 ? MESSAGE_WIDTH : 0);
  return [
    paint("gray", record.at.slice(11, 19)),
    ...(record.simulated === true ? [paint(["black", "bgYellow"], "SIMULATED")] : []),
    ...(record.level === "info" ? [] : [paint(style ?? "gray", record.level.toUpperCase())]),
    ...(record.service === undefined ? [] : [paint("blue", record.service.padEnd(10))]),
    style === undefined ? message : paint(style, message),
    ...fields,
  ]
    .join(" ")
    .concat(stackOf(record));
}
