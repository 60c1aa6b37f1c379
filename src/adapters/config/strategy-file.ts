import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import type { z } from "zod";
import type { CopyRule } from "../../core/copy/copy-rules.ts";
import type { Strategy } from "../../core/copy/strategy.ts";
import { ConfigError } from "../../core/errors.ts";
import { formatPrice } from "../../core/money/amounts.ts";
import { ENTRY_PRICE_MAX } from "../../core/signals/price-cap.ts";
import type { StrategySource } from "../../ports/strategy-source.ts";
import { closest } from "./near-miss.ts";
import { runStrategy } from "./run-strategy.ts";
import { STRATEGY_NAMES, strategySchema, toStrategy } from "./strategy-schema.ts";

const USUAL_NAMES = ["orderflow.config.ts", "orderflow.config.json"];
const TYPO_EDITS = 3;

/**
 * The file that STRATEGY_FILE names, else the one of the usual names that stands in `folder`; null: there is none.
 * @throws ConfigError
 */
export function findStrategyFile(named: string | null, folder = "."): string | null {
  if (named !== null) {
    if (existsSync(named)) return resolve(named);
    throw new ConfigError([`STRATEGY_FILE names ${named}, which does not exist: correct the path or remove it`]);
  }
  const found = USUAL_NAMES.map((name) => resolve(folder, name)).filter((path) => existsSync(path));
  if (found.length > 1) {
    throw new ConfigError([`both ${USUAL_NAMES.join(" and ")} exist: remove one, or name one with STRATEGY_FILE`]);
  }
  return found[0] ?? null;
}

/** Within this a TypeScript file has to have exported something. */
const RUN_MS_MAX = 10_000;

/** Reads one file again and again. A TypeScript file is run; what it imports is not watched. */
export function createStrategyFile(path: string, runMsMax = RUN_MS_MAX): StrategySource {
  let seen: string | null = null;
  return {
    async poll() {
      const text = await readText(path);
      if (text === seen) return null;
      // Faulty or not: each version is spoken of once.
      seen = text;
      if (text === null) throw new ConfigError([`${basename(path)} cannot be read: restore it, or restart without it`]);
      return parseStrategy(path, text, runMsMax);
    },
  };
}

const readText = (path: string): Promise<string | null> => readFile(path, "utf8").catch(() => null);

async function parseStrategy(path: string, text: string, runMsMax: number): Promise<Strategy> {
  const hash = createHash("sha256").update(text).digest("hex");
  const parsed = strategySchema.safeParse(await evaluate(path, text, runMsMax));
  const problems = parsed.success ? [] : parsed.error.issues.flatMap(describeIssue);
  const strategy = parsed.success ? toStrategy(parsed.data, hash) : null;
  if (strategy !== null) problems.push(...contradictions(strategy));
  if (strategy === null || problems.length > 0)
    throw new ConfigError(problems.map((each) => `${basename(path)}: ${each}`));
  return strategy;
}

/** @throws ConfigError where it cannot even be run */
async function evaluate(path: string, text: string, runMsMax: number): Promise<unknown> {
  const problem = (what: string) => new ConfigError([`${basename(path)}: ${what}`]);
  if (extname(path) === ".json") {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw problem(error instanceof Error ? error.message : String(error));
    }
  }
  const answer = await runStrategy(path, runMsMax);
  if (answer.kind === "exported") return answer.value;
  throw problem(answer.kind === "failed" ? answer.reason : 'has no default export: write "export default { … }"');
}

function describeIssue(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${[place, key].filter((part) => part !== "").join(".")} ${unknownName(key)}`);
  }
  return [
    `${place === "" ? "the whole" : place} ${issue.code === "invalid_key" ? "must be a wallet address (0x and 40 hex digits)" : issue.message}`,
  ];
}

function unknownName(key: string): string {
  const upper = new Map(STRATEGY_NAMES.map((name) => [name.toUpperCase(), name]));
  const meant = closest(key, upper.keys(), TYPO_EDITS);
  return `is not a known name${meant === null ? "; docs/strategy-file.md lists all" : `; did you mean ${upper.get(meant)}?`}`;
}

const MOST = formatPrice(ENTRY_PRICE_MAX);

/** Rules between values, also of a group and the wider one that it stands in. */
function contradictions({ copy }: Strategy): readonly string[] {
  const both = copy.allow.filter((wallet) => copy.block.includes(wallet));
  const problems = both.map((wallet) => `${wallet} is on both lists: remove it from allow or from block`);
  const groups: readonly (readonly [string, Partial<CopyRule>])[] = [
    ["base", {}],
    ...Object.entries(copy.tiers).map(([tier, rule]) => [`tiers.${tier}`, rule] as const),
    ...Object.entries(copy.wallets).map(([wallet, rule]) => [`wallets.${wallet}`, rule] as const),
  ];
  for (const [name, rule] of groups) {
    const { minPrice, maxPrice } = { ...copy.base, ...rule };
    if (minPrice != null && minPrice > ENTRY_PRICE_MAX)
      problems.push(`${name}: minPrice ${formatPrice(minPrice)}: nothing is bought above ${MOST}; lower it`);
    if (maxPrice === 0n) problems.push(`${name}: maxPrice 0: nothing costs so little; raise it`);
    else if (minPrice != null && maxPrice != null && minPrice > maxPrice)
      problems.push(`${name}: minPrice ${formatPrice(minPrice)} is above maxPrice ${formatPrice(maxPrice)}; lower it`);
  }
  return problems;
}
