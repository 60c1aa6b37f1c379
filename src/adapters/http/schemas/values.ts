import { z } from "@hono/zod-openapi";

/**
 * How values go out. Each is a codec between the read side's value and JSON's: `z.encode` makes the answer, and the
 * same schema describes it in the OpenAPI document. Unknown columns never get out.
 */

/** ISO 8601 in UTC. */
export const time = z
  .codec(z.iso.datetime(), z.number(), {
    decode: (text) => Date.parse(text),
    encode: (ms) => new Date(ms).toISOString(),
  })
  .openapi({ type: "string", format: "date-time", example: "2026-01-01T12:00:00.000Z" });

/** The same, or null: a stated type has to be stated anew, or the document would promise that it is always there. */
export const timeOrNull = time.nullable().openapi({ type: ["string", "null"] });

/** A whole number that PostgreSQL counts with 64 bits. */
export const count = z
  .codec(z.number(), z.union([z.bigint(), z.number()]), { decode: (value) => value, encode: (value) => Number(value) })
  .openapi({ type: "integer", example: 42 });

export const countOrNull = count.nullable().openapi({ type: ["integer", "null"] });

/** 64 bits that must not be rounded. */
export const bigId = z
  .codec(z.string(), z.union([z.bigint(), z.number(), z.string()]), { decode: (value) => value, encode: String })
  .openapi({ type: "string", example: "77000123000042" });

export const bigIdOrNull = bigId.nullable().openapi({ type: ["string", "null"] });

/** Money, shares and prices: exact, hence text. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?(e-?\d+)?$/)
  .openapi({ format: "decimal", example: "12.340000" });

export const ratio = z.number().openapi({ example: 0.62 });
export const whole = z.int().openapi({ example: 3 });
export const text = z.string();
export const flag = z.boolean();
export const day = z.iso.date().openapi({ example: "2026-01-01" });
export const address = z.string().openapi({ example: "0x00000000000000000000000000000000000000a1" });
export const marketId = z.string().openapi({ example: `0x${"c0".padEnd(64, "0")}` });
export const tier = z.enum(["WHALE", "SMART", "AVERAGE", "NOVICE", "DEGEN"]);
export const mode = z.enum(["PAPER", "LIVE"]);
export const side = z.enum(["BUY", "SELL"]);
export const tradingState = z.enum(["ACTIVE", "REDUCING", "HALTED"]);
export const verdict = z.enum(["proven", "cannot tell", "negative"]);
