/**
 * What the engines throw, sorted by what to do next. Everything not listed (a wrong statement, a broken constraint)
 * is our own mistake and passes through unchanged.
 */
import { TimeoutError, TransientError } from "../../core/errors.ts";

/** Another transaction won; the same work may succeed when run again. */
const CONFLICT = new Set(["40001", "40P01", "55P03"]);
const CONNECTION_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
]);
/** `pg` reports these in words only. */
const CONNECTION_WORDS =
  /connection terminated|connection error|not queryable|client was closed|timeout exceeded when trying to connect|connection ended/i;

/** Classes of SQLSTATE: 08 connection, 53 resources, 57P0x the server goes away, 25P03/57P05 idle too long. */
const isUnavailable = (code: string, message: string): boolean =>
  CONNECTION_CODES.has(code) || /^(08|53|57P|25P03)/.test(code) || (code === "" && CONNECTION_WORDS.test(message));

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "";

/** @returns a TransientError or TimeoutError with the original as cause, or `error` itself. */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TransientError) return error;
  const code = codeOf(error);
  const context = { code };
  const options = { cause: error };
  if (CONFLICT.has(code)) {
    return new TransientError(
      "DATABASE_CONFLICT",
      `another transaction came first: ${error.message}`,
      context,
      options,
    );
  }
  if (code === "57014") return new TimeoutError("DATABASE_TIMEOUT", "a statement ran too long", context, options);
  if (isUnavailable(code, error.message)) {
    return new TransientError(
      "DATABASE_UNAVAILABLE",
      `the database does not answer: ${error.message}`,
      context,
      options,
    );
  }
  return error;
}
