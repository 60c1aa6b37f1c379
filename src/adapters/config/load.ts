import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { ConfigError } from "../../core/errors.ts";
import { type Environment, variables } from "./environment.ts";
import { closest } from "./near-miss.ts";

export type Texts = Readonly<Record<string, string | undefined>>;

export type EnvironmentSources = {
  /** The process's environment: wins over the file. Foreign names are expected here and left alone. */
  readonly process: Texts;
  /** Contents of `.env`; null when there is none. Only known names may stand in it. */
  readonly file: Texts | null;
};

const TYPO_EDITS = 2;
/** A short foreign name lies close to one of ours by accident (BLOB_URL, CLOB_URL): there one edit, same first letter. */
const SHORT_NAME = 12;

function nearMiss(name: string): string | null {
  const meant = closest(name, variables.keys(), name.length > SHORT_NAME ? TYPO_EDITS : 1);
  return meant !== null && meant[0] === name[0]?.toUpperCase() ? meant : null;
}

function unknownNames({ process, file }: EnvironmentSources): string[] {
  const problems: string[] = [];
  for (const name of Object.keys(file ?? {})) {
    if (variables.has(name)) continue;
    const meant = closest(name, variables.keys(), TYPO_EDITS + 1);
    problems.push(
      `${name} in .env is not a known name${meant === null ? "; .env.example lists all" : `; did you mean ${meant}?`}`,
    );
  }
  for (const name of Object.keys(process)) {
    if (variables.has(name) || name in (file ?? {})) continue;
    const meant = nearMiss(name);
    if (meant !== null) problems.push(`${name} in the environment is not a known name; did you mean ${meant}?`);
  }
  return problems;
}

/** An empty text counts as not set, so that `NAME=` in a file switches nothing on. */
function textOf(name: string, { process, file }: EnvironmentSources): string | null {
  for (const text of [process[name], file?.[name]]) {
    const trimmed = text?.trim();
    if (trimmed !== undefined && trimmed !== "") return trimmed;
  }
  return null;
}

/** Rules between values. */
function contradictions(env: Environment): string[] {
  const problems: string[] = [];
  const credentials = [env.CLOB_API_KEY, env.CLOB_API_SECRET, env.CLOB_API_PASSPHRASE];
  if (credentials.some((each) => each !== null) && credentials.includes(null))
    problems.push("CLOB_API_KEY, CLOB_API_SECRET and CLOB_API_PASSPHRASE belong together: set all three or none");
  if (env.MAX_FADE_SCORE >= env.MIN_WHALE_SCORE) {
    problems.push("MAX_FADE_SCORE must be below MIN_WHALE_SCORE: one wallet cannot be followed and faded");
  }
  if (env.ENABLE_ML && env.MODEL_FILE === null)
    problems.push("ENABLE_ML=true needs MODEL_FILE: make one with `orderflow model train`, or set ENABLE_ML=false");
  if (!LOOPBACK.has(env.DASHBOARD_HOST) && env.DASHBOARD_PASSWORD === null && !env.DASHBOARD_PUBLIC) {
    problems.push(
      `DASHBOARD_HOST=${env.DASHBOARD_HOST} opens the dashboard to others: set DASHBOARD_PASSWORD, or DASHBOARD_PUBLIC=true to let everybody look`,
    );
  }
  return problems;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * Reads and checks every variable.
 * @throws ConfigError with every problem, not only the first
 */
export function parseEnvironment(sources: EnvironmentSources): Environment {
  const problems = unknownNames(sources);
  const values: Record<string, unknown> = {};
  for (const [name, variable] of variables) {
    const text = textOf(name, sources) ?? variable.default;
    if (text === null) {
      values[name] = null;
      continue;
    }
    const parsed = variable.kind.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${name} must be ${variable.kind.label}${variable.secret ? "" : `; it is ${JSON.stringify(text)}`}`,
      );
  }
  // With a value missing the rules between values have nothing to look at.
  if (problems.length === 0) problems.push(...contradictions(values as Environment));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Environment;
}

/** @returns null when there is no such file. */
export function readEnvFile(path: string): Texts | null {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new ConfigError([`${path} cannot be read: ${(error as Error).message}`]);
  }
}

/** What every command starts with: the process's environment over `.env` of the current folder. */
export function loadEnvironment(): Environment {
  // biome-ignore lint/style/noProcessEnv: the one place that reads it
  return parseEnvironment({ process: process.env, file: readEnvFile(".env") });
}

/** How the person wants logs to look; the one thing that the demo takes from outside. */
export function logTexts(): Texts {
  // biome-ignore lint/style/noProcessEnv: the one place that reads it
  const { LOG_LEVEL, LOG_FORMAT } = process.env;
  return { LOG_LEVEL, LOG_FORMAT };
}
