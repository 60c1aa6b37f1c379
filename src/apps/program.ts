import type { Environment } from "../adapters/config/environment.ts";
import { loadEnvironment } from "../adapters/config/load.ts";
import { createLogger } from "../adapters/logging/logger.ts";
import { redactText } from "../adapters/logging/redact.ts";
import { type Database, openDatabase } from "../adapters/postgres/connect.ts";
import { hasEmbedded } from "../adapters/postgres/folder-lock.ts";
import { migrateOrWait } from "../adapters/postgres/schema-guard.ts";
import { createSystemClock } from "../adapters/system/clock.ts";
import { createShutdown } from "../adapters/system/shutdown.ts";
import { createTerminal, exitProcess, type Terminal } from "../adapters/system/terminal.ts";
import { keepShortLivedObjectsYoung } from "../adapters/system/v8-flags.ts";
import { AbortedError, ConfigError, InputError, TransientError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { ServiceFailure } from "./run-services.ts";

/** What every command is given. */
export type Program = {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

export const EXIT = { done: 0, failed: 1, cannotStart: 2, forced: 130 } as const;

export type ProgramSetup = {
  /** Where the settings come from; by default `.env` and the process's environment. */
  readonly load?: () => Environment | Promise<Environment>;
  /** Where the log goes. A command's output is its result; a service has no other than its log. Default: `progress` */
  readonly log?: "output" | "progress";
};

/**
 * Runs a command to its end and ends the process with the exit code that its outcome deserves.
 * @param main may resolve to the code itself, where an outcome is neither done nor failed
 */
export async function runProgram(
  main: (program: Program) => Promise<void> | Promise<number>,
  setup: ProgramSetup = {},
): Promise<void> {
  const { load = loadEnvironment } = setup;
  keepShortLivedObjectsYoung();
  const terminal = createTerminal();
  const shutdown = createShutdown({ onForce: () => process.exit(EXIT.forced) });
  // What nobody awaited: the process cannot be trusted any more, and a restart recovers.
  process.once("uncaughtException", (error) => exitProcess(reportFailure(error)));
  try {
    const environment = await load();
    const clock = createSystemClock();
    const log = setup.log === "output" ? terminal : terminal.progress;
    const logger = openLogger(environment, log, clock);
    const code = await main({ environment, clock, logger, terminal, signal: shutdown.signal });
    exitProcess(code ?? EXIT.done);
  } catch (error) {
    // A service is there to be stopped; of a command somebody may wait for the result.
    const isDone = error instanceof AbortedError && setup.log === "output";
    exitProcess(isDone ? EXIT.done : reportFailure(error));
  }
}

/** A command whose work is not done when it is stopped half-way says so. */
export async function orStopped(
  { terminal }: Pick<Program, "terminal">,
  words: () => string,
  work: () => Promise<number>,
  code: number = EXIT.failed,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
    terminal.writeLine(words());
    return code;
  }
}

/** @param simulated every line carries a visible mark: nothing in it is real */
export function openLogger(
  { LOG_LEVEL: level, LOG_FORMAT: format }: Pick<Environment, "LOG_LEVEL" | "LOG_FORMAT">,
  { isInteractive, colours, writeLine }: Pick<Terminal, "isInteractive" | "colours" | "writeLine">,
  clock: Clock,
  simulated = false,
): Logger {
  const fitting = isInteractive ? "pretty" : "json";
  return createLogger({
    ...{ level, format: format === "auto" ? fitting : format, colours, simulated, clock, writeLine },
  });
}

/** Says on standard error what went wrong, in as many words as help. @returns the exit code */
function reportFailure(error: unknown): number {
  const [text, code] = describeFailure(error);
  process.stderr.write(`${redactText(text)}\n`);
  return code;
}

function describeFailure(error: unknown): readonly [text: string, code: number] {
  if (error instanceof ConfigError) {
    const [first = "", ...more] = error.problems;
    const list = more.length === 0 ? ` ${first}` : error.problems.map((problem) => `\n  - ${problem}`).join("");
    return [`orderflow cannot start:${list}`, EXIT.cannotStart];
  }
  if (error instanceof AbortedError) return ["orderflow: stopped before it was done", EXIT.forced];
  if (error instanceof InputError) return [`orderflow: ${error.message}`, EXIT.cannotStart];
  // Somebody else's trouble, which a stack of ours does not explain.
  if (error instanceof TransientError) return [`orderflow: ${error.message}`, EXIT.failed];
  if (error instanceof ServiceFailure) return [`orderflow: ${error.message}`, EXIT.failed];
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`orderflow failed: ${details}`, EXIT.failed];
}

/** @throws ConfigError when there is no database yet: who only looks makes none */
export function requireDatabase({ DATABASE_URL, DATA_DIR }: Pick<Environment, "DATABASE_URL" | "DATA_DIR">): void {
  if (DATABASE_URL !== null || hasEmbedded(DATA_DIR)) return;
  throw new ConfigError([
    `DATA_DIR: there is no database in ${DATA_DIR}: \`orderflow up\` makes one, or set DATA_DIR (or DATABASE_URL) to where it is`,
  ]);
}

type DatabaseProgram = {
  readonly environment: Pick<Environment, "DATABASE_URL" | "DATA_DIR">;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
};

export type OpenOptions = {
  /** The embedded engine serves one process, so a service started alone insists on a server. */
  readonly serverFor?: string;
  /** It only looks, so it makes no database. */
  readonly looks?: true;
};

/**
 * Opens the database that the environment names, brings its tables up to date, runs `use`, and closes it.
 * @throws ConfigError when it cannot be opened, or a server is required and not named
 */
export async function withDatabase<T>(
  program: DatabaseProgram,
  use: (database: Database) => Promise<T>,
  { serverFor, looks }: OpenOptions = {},
): Promise<T> {
  const { environment, logger, signal = null } = program;
  if (looks === true) requireDatabase(environment);
  const url = environment.DATABASE_URL?.reveal();
  if (url === undefined && serverFor !== undefined) {
    throw new ConfigError([
      `${serverFor} alone needs a PostgreSQL server that the other services share: ` +
        "set DATABASE_URL=postgresql://user:password@host:5432/name, or run `orderflow up` for all services in one process",
    ]);
  }
  const database = await openDatabase(url === undefined ? { folder: environment.DATA_DIR } : { url }, {
    onError: (error) => logger.warn("database connection lost", { error }),
  });
  try {
    const deps = { database, clock: createSystemClock(), logger };
    const applied = await migrateOrWait(deps, serverFor === undefined ? null : signal);
    if (applied.length > 0) logger.info("migrated", { migrations: applied.length, schema: applied.at(-1) });
    return await use(database);
  } finally {
    await database.close();
  }
}
