import { type ErrorContext, InvariantError } from "./errors.ts";

/** Assertions are for our own mistakes, errors are for the world's. They stay on in production. */
export function assert(condition: boolean, message: string, context: ErrorContext = {}): asserts condition {
  if (!condition) throw new InvariantError("INVARIANT_BROKEN", message, context);
}

/** For the `default` of an exhaustive `switch`: the compiler refuses a forgotten case. */
export function unreachable(value: never): never {
  throw new InvariantError("UNREACHABLE", `unexpected value: ${JSON.stringify(value)}`);
}
