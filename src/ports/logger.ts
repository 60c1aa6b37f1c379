/** Fields use glossary names; bigint is printed as text; secrets have a type that prints redacted. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line per record: `message` is constant, everything variable goes into `fields`. */
export type Logger = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line, e.g. `{ service: "listener" }`. */
  with(fields: LogFields): Logger;
};
