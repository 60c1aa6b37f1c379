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
  if (typeof value === "string") return ESCAPED.test(value) ? `'${value}` : value;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  }
  return value as Json;
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
