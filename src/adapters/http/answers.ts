import type { Context } from "hono";
import { InputError, TransientError } from "../../core/errors.ts";
import type { Logger } from "../../ports/logger.ts";

/** Becomes 404. */
export class NotFoundError extends InputError {
  constructor(what: string) {
    super("NOT_FOUND", `there is nothing at ${what.slice(0, 200)}`);
  }
}

/** Becomes 401 or 403. */
export class ForbiddenError extends InputError {
  readonly status: 401 | 403 | 429;

  constructor(status: 401 | 403 | 429, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

const SLOW = "the database did not answer in time; try again, or ask for less";

/** What went wrong as `{code, message}`. Our own mistakes are logged and told without details. */
export function problemOf(error: Error, context: Context, logger: Logger): Response {
  if (error instanceof ForbiddenError) return context.json(told(error), error.status);
  if (error instanceof NotFoundError) return context.json(told(error), 404);
  if (error instanceof InputError) return context.json(told(error), 400);
  if (error instanceof TransientError) return context.json({ code: error.code, message: SLOW }, 503);
  logger.error("request failed", { path: context.req.path, error });
  return context.json(
    { code: "INTERNAL", message: "this is our mistake; the log of the dashboard has the details" },
    500,
  );
}

const told = ({ code, message }: InputError) => ({ code, message });
