import { inspect } from "node:util";

export const REDACTED = "[redacted]";

/** A value that prints as "[redacted]" however it is printed; `reveal` is the one way to read it, easy to search for. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
