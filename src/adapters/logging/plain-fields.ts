import { formatDecimal } from "../../core/money/fixed.ts";
import { isSecretName, REDACTED, redactText } from "./redact.ts";

/** Names whose bigint is an amount in micros; every other bigint is a count or an id. */
const AMOUNT_NAME = /(usd|pnl|cash|price|shares|size)$/i;
const DEEPEST = 4;

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

function plainError(error: Error, depth: number): Plain {
  const { code, context } = error as { code?: unknown; context?: unknown };
  return {
    name: error.name,
    ...(typeof code === "string" ? { code } : {}),
    message: redactText(error.message),
    ...(typeof context === "object" && context !== null && Object.keys(context).length > 0
      ? { context: plainValue("context", context, depth + 1) }
      : {}),
    // Our own errors say what happened; for a foreign one the place matters.
    ...(code === undefined && error.stack !== undefined ? { stack: redactText(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: plainValue("cause", error.cause, depth + 1) }),
  };
}

function plainValue(name: string, value: unknown, depth: number): Plain {
  if (value === null || value === undefined) return null;
  if (isSecretName(name)) return REDACTED;
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return AMOUNT_NAME.test(name) ? formatDecimal(value, 6) : value.toString();
    case "object":
      break;
    default:
      return String(value);
  }
  if (value instanceof Error) return depth > DEEPEST ? value.name : plainError(value, depth);
  if ("toJSON" in value && typeof value.toJSON === "function") return plainValue(name, value.toJSON(), depth + 1);
  if (depth > DEEPEST) return "…";
  if (Array.isArray(value)) return value.map((item) => plainValue(name, item, depth + 1));
  return plainFields(value as Readonly<Record<string, unknown>>, depth + 1);
}

/**
 * Fields as they may leave the process: bigint as text (amounts in units, not micros), errors as objects,
 * secrets redacted, addresses cut to their origin. Fields that are undefined are left out.
 */
export function plainFields(fields: Readonly<Record<string, unknown>>, depth = 0): { readonly [name: string]: Plain } {
  const plain: Record<string, Plain> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) plain[name] = plainValue(name, value, depth);
  }
  return plain;
}
