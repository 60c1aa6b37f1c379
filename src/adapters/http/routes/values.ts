/** What stands in a path. */
import { z } from "@hono/zod-openapi";

export const ADDRESS = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "0x and 40 hex digits")
  .transform((text) => text.toLowerCase());
export const MARKET = z
  .string()
  .regex(/^0x([0-9a-fA-F]{62}|[0-9a-fA-F]{64})$/, "0x and 62 or 64 hex digits")
  .transform((text) => text.toLowerCase());
export const ID = z.string().min(1).max(200);
