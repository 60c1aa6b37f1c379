import type { Logger } from "../../ports/logger.ts";

/** What a person wants to see go by in a minute; the panel counts the rest, and the summary lists why signals were skipped. */
const CHOSEN: ReadonlySet<string> = new Set([
  "starting",
  "connected",
  "dashboard",
  "listening",
  "following",
  "trading",
  "whale signal",
  "panic signal",
  "exit signal",
  "paper trade",
  "win",
  "loss",
  "stopping",
  "stopped",
]);

/** The same logger with everything else one step quieter: `LOG_LEVEL=debug` shows all. Warnings and errors always pass. */
export const withChosenLines = (logger: Logger): Logger => ({
  ...logger,
  info: (message, fields) => (CHOSEN.has(message) ? logger.info(message, fields) : logger.debug(message, fields)),
  with: (fields) => withChosenLines(logger.with(fields)),
});
