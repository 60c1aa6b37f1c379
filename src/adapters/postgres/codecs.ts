/**
 * How values cross between PostgreSQL and TypeScript, on both engines alike:
 * int8 → bigint, numeric → string, timestamptz → EpochMs, bytea → "0x…", date → "YYYY-MM-DD", json → parsed,
 * int2/int4/float8 → number; arrays element by element. Connections speak UTC and ISO (see `sessionSql`).
 */
import { type RawBuilder, sql } from "kysely";
import pg from "pg";
import { InvariantError } from "../../core/errors.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";

/** Lower-case "0x…": what bytea reads as. The brands of core/ids are applied by the store that reads. */
export type Hex = `0x${string}`;

/** Run once per connection: the text forms below depend on it. JIT costs more than it saves on our short queries. */
export const sessionSql =
  "SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, YMD'; SET bytea_output TO 'hex'; SET jit TO off";

/** Rows that are read together mostly have the times of a few blocks. */
const times = new Map<string, EpochMs>();
const TIMES_MAX = 64;

function readTimestamp(text: string): EpochMs {
  const known = times.get(text);
  if (known !== undefined) return known;
  const ms = Date.parse(text.replace(" ", "T").replace("+00", "Z"));
  if (Number.isNaN(ms)) throw new InvariantError("TIMESTAMP_UNREADABLE", `not a finite UTC timestamp: ${text}`);
  if (times.size === TIMES_MAX) times.clear();
  times.set(text, epochMs(ms));
  return epochMs(ms);
}
const readBytes = (text: string): Hex => `0x${text.slice(2)}`;
const asIs = (text: string): string => text;

/** One dimension; the element types used here hold neither commas nor quotes of their own. */
const readArray =
  <T>(read: (text: string) => T) =>
  (text: string): (T | null)[] =>
    text === "{}"
      ? []
      : text
          .slice(1, -1)
          .split(",")
          .map((item) => (item === "NULL" ? null : read(item.replace(/^"|"$/g, "").replaceAll("\\\\", "\\"))));

const readers = new Map<number, (text: string) => unknown>([
  [20, BigInt],
  [1016, readArray(BigInt)],
  [1700, asIs],
  [1231, readArray(asIs)],
  [1184, readTimestamp],
  [1185, readArray(readTimestamp)],
  [17, readBytes],
  [1001, readArray(readBytes)],
  [1082, asIs],
  [1182, readArray(asIs)],
]);

/** For `pg`'s `types` option. Types without an entry keep the driver's own reader. */
export const typeParsers = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    (format === "binary" ? undefined : readers.get(oid)) ?? pg.types.getTypeParser(oid, format as "text"),
};

/** A timestamptz parameter. */
export const ts = (at: EpochMs): RawBuilder<EpochMs> => sql<EpochMs>`${timestampText(at)}::timestamptz`;
export const tsOrNull = (at: EpochMs | null): RawBuilder<EpochMs | null> =>
  sql<EpochMs | null>`${at === null ? null : timestampText(at)}::timestamptz`;

/** A bytea parameter from lower-case "0x…". */
export const bytes = (hex: string): RawBuilder<Hex> => sql<Hex>`${bytesText(hex)}::bytea`;
export const bytesOrNull = (hex: string | null): RawBuilder<Hex | null> =>
  sql<Hex | null>`${hex === null ? null : bytesText(hex)}::bytea`;

/** A jsonb parameter; bigint is written as text. */
export const json = <T>(value: T): RawBuilder<T> =>
  sql<T>`${JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item))}::jsonb`;

/** Array parameters, for `unnest` and `= ANY`. */
export const int4Array = (items: readonly (number | null)[]): RawBuilder<number[]> => sql`${literal(items)}::int4[]`;
export const int8Array = (items: readonly bigint[]): RawBuilder<bigint[]> => sql`${literal(items)}::int8[]`;
export const float8Array = (items: readonly (number | null)[]): RawBuilder<number[]> =>
  sql`${literal(items)}::float8[]`;
export const boolArray = (items: readonly (boolean | null)[]): RawBuilder<boolean[]> => sql`${literal(items)}::bool[]`;
/** Decimal text, e.g. token ids. */
export const numericArray = (items: readonly (string | null)[]): RawBuilder<string[]> =>
  sql`${literal(items)}::numeric[]`;
export const tsArray = (items: readonly (EpochMs | null)[]): RawBuilder<EpochMs[]> =>
  sql`${literal(items.map((at) => (at === null ? null : timestampText(at))))}::timestamptz[]`;
export const bytesArray = (items: readonly (string | null)[]): RawBuilder<Hex[]> =>
  sql`${literal(items.map((hex) => (hex === null ? null : `"\\${bytesText(hex)}"`)))}::bytea[]`;
export const textArray = (items: readonly (string | null)[]): RawBuilder<string[]> =>
  sql`${literal(items.map((item) => (item === null ? null : `"${item.replace(/["\\]/g, "\\$&")}"`)))}::text[]`;

const literal = (items: readonly (string | number | bigint | boolean | null)[]): string =>
  `{${items.map((item) => (item === null ? "NULL" : item)).join(",")}}`;

const HEX = /^0x(?:[0-9a-f]{2})*$/;

function bytesText(hex: string): string {
  if (!HEX.test(hex)) throw new InvariantError("HEX_MALFORMED", `not lower-case 0x hex: ${hex.slice(0, 80)}`);
  return `\\x${hex.slice(2)}`;
}

const timestampText = (at: EpochMs): string => new Date(at).toISOString();

/** Fields of COPY's text format; a row is `fields.join("\t") + "\n"`. Numbers, bigints and decimals go in as they are. */
export const copyNull = "\\N";
export const copyTs = timestampText;
export const copyBytes = (hex: string): string => `\\\\x${hex.slice(2)}`;
export const copyBool = (value: boolean): string => (value ? "t" : "f");
const COPY_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
export const copyText = (value: string): string => value.replace(/[\\\t\n\r]/g, (char) => COPY_ESCAPES[char] ?? char);
