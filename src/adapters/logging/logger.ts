import pino from "pino";
import type { Clock } from "../../ports/clock.ts";
import type { LogFields, Logger } from "../../ports/logger.ts";
import { plainFields } from "./plain-fields.ts";
import { type LogRecord, prettyLine } from "./pretty-line.ts";
import { redactText } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export type LoggerOptions = {
  readonly level: LogLevel;
  readonly format: "pretty" | "json";
  readonly colours: boolean;
  /** Every line carries a visible mark: nothing in it is real. */
  readonly simulated: boolean;
  readonly clock: Clock;
  /** Receives one whole line, without its line break. */
  readonly writeLine: (line: string) => void;
};

function wrap(log: pino.Logger): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (log.isLevelEnabled(level)) log[level](plainFields(fields), redactText(message));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => wrap(log.child(plainFields(fields))),
  };
}

/** JSON, one object a line with the message under `msg`; or lines made for a person. */
export function createLogger(options: LoggerOptions): Logger {
  const { clock, format, colours, writeLine } = options;
  const stream: pino.DestinationStream = {
    write(text) {
      const line = text.trimEnd();
      writeLine(format === "json" ? line : prettyLine(JSON.parse(line) as LogRecord, colours));
    },
  };
  const log = pino(
    {
      level: options.level,
      base: options.simulated ? { simulated: true } : null,
      timestamp: () => `,"at":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return wrap(log);
}
