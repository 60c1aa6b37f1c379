/** JSON as PostgreSQL keeps it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const INTEGER = /^-?\d+n$/;
const ESCAPED = /^'*-?\d+n$/;

/**
 * Events, commands and state as JSON: an amount is its digits and an "n" ("1500000n"), as TypeScript writes it. Text
 * that looks like one is marked with an apostrophe, so that every value comes back as it went in.
 */
export function toJson(value: unknown): Json {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return value.endsWith("n") && ESCAPED.test(value) ? `'${value}` : value;
  if (typeof value !== "object" || value === null) return value as Json;
  // What holds no amount is its own JSON: most of a state is, and orders wait for it to be written.
  if (Array.isArray(value)) {
    const items = value.map(toJson);
    return items.some((item, index) => item !== value[index]) ? items : (value as readonly Json[]);
  }
  const record = value as Readonly<Record<string, unknown>>;
  let changed: Record<string, Json> | null = null;
  for (const key of Object.keys(record)) {
    const item = toJson(record[key]);
    if (item === record[key]) continue;
    changed ??= { ...(record as Readonly<Record<string, Json>>) };
    changed[key] = item;
  }
  return changed ?? (record as Json);
}

export function fromJson(json: Json): unknown {
  if (typeof json === "string") {
    if (INTEGER.test(json)) return BigInt(json.slice(0, -1));
    return ESCAPED.test(json) ? json.slice(1) : json;
  }
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === "object" && json !== null) {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(item)]));
  }
  return json;
}
