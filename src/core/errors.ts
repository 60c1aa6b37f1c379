/**
 * Errors, sorted by what the reader of the error should do next.
 * A refusal (our own "no"), a reorg, an empty book or a partial fill is not an error: those are values.
 */

export type ErrorContext = Readonly<Record<string, string | number | bigint | boolean | null>>;

abstract class OrderflowError extends Error {
  abstract override readonly name: string;
  /** Stable, machine-readable; what logs and tests match on. */
  readonly code: string;
  readonly context: ErrorContext;

  constructor(code: string, message: string, context: ErrorContext = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.context = context;
  }
}

/** We are wrong. Nobody catches it: log, stop the process; a restart recovers. */
export class InvariantError extends OrderflowError {
  override readonly name = "InvariantError";
}

/** Cannot start. Print every problem at once, exit 2. */
export class ConfigError extends OrderflowError {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super("CONFIG_INVALID", problems.join("\n"));
    this.problems = problems;
  }
}

/** The caller (command line, HTTP) is wrong. Usage text or a 4xx. */
export class InputError extends OrderflowError {
  override readonly name = "InputError";
}

/** The world sent a shape we do not know. Counted; on the money path the process stops. */
export class PayloadError extends OrderflowError {
  override readonly name = "PayloadError";
}

/** Two answers contradict each other. Ask another provider; after bounded retries stop. */
export class ProviderInconsistencyError extends OrderflowError {
  override readonly name = "ProviderInconsistencyError";
}

/** May pass: retried by the adapter's one wrapper, bounded and with jitter; reads and idempotent writes only. */
export class TransientError extends OrderflowError {
  override readonly name: string = "TransientError";
}

export class TimeoutError extends TransientError {
  override readonly name = "TimeoutError";
}

export class RateLimitError extends TransientError {
  override readonly name = "RateLimitError";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, message: string, context: ErrorContext = {}) {
    super("RATE_LIMITED", message, context);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The answer is too large for the provider (result cap, block cap, response size): ask for less. */
export class RangeTooLargeError extends TransientError {
  override readonly name = "RangeTooLargeError";
}

/** A proven "no" from outside. Never retried. */
export class RejectedError extends OrderflowError {
  override readonly name = "RejectedError";
}

/** A command may or may not have happened. Never retried, never read as "rejected". */
export class OutcomeUnknownError extends OrderflowError {
  override readonly name = "OutcomeUnknownError";
}

/** We were asked to stop; unwound silently. */
export class AbortedError extends OrderflowError {
  override readonly name = "AbortedError";

  constructor() {
    super("ABORTED", "stopped on request");
  }
}
