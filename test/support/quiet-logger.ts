import type { LogFields, Logger } from "../../src/ports/logger.ts";

/** A logger that keeps its lines, for tests that need one to be quiet. */
export function createQuietLogger(): Logger & { readonly lines: { message: string; fields: LogFields }[] } {
  const lines: { message: string; fields: LogFields }[] = [];
  const keep = (message: string, fields: LogFields = {}): void => {
    lines.push({ message, fields });
  };
  return { lines, debug: keep, info: keep, warn: keep, error: keep, with: () => createSibling(keep) };
}

function createSibling(keep: (message: string, fields?: LogFields) => void): Logger {
  return { debug: keep, info: keep, warn: keep, error: keep, with: () => createSibling(keep) };
}
