import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { FEATURE_NAMES, FEATURES_VERSION } from "../../core/model/features.ts";
import { usd } from "../../core/money/amounts.ts";
import { SCORE_VERSION } from "../../core/reputation/score.ts";
import { type EpochMs, epochMs } from "../../core/time/time.ts";
import type { StoredModel, TrainedModel } from "../../ports/model.ts";

const KIND = "orderflow-model";

const finite = z.number();
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const time = z.iso.datetime().transform((text) => epochMs(Date.parse(text)));
const interval = z.strictObject({ low: finite, high: finite });
const estimate = z
  .strictObject({ mean: finite, interval: interval.nullable(), corrected: interval.nullable(), clusters: count })
  .nullable();
const scores = z.strictObject({ logLoss: finite, brier: finite, auc: share.nullable() });

const metrics = z.strictObject({
  examples: count,
  events: count,
  model: scores,
  price: scores,
  logLossGain: estimate,
  brierGain: estimate,
  gainOverUnbiased: estimate,
  calibration: z.array(
    z.strictObject({ from: share, to: share, examples: count, meanProbability: share, meanPrice: share, paid: share }),
  ),
  verdict: z.strictObject({
    word: z.enum(["better than the price", "no better than the price"]),
    because: z.string(),
  }),
});

const content = z.strictObject({
  featuresVersion: count,
  scoreVersion: count,
  from: time,
  to: time,
  examples: count,
  events: count,
  minTradeUsd: z
    .string()
    .regex(/^\d+$/)
    .transform((micros) => usd(BigInt(micros))),
  folds: count,
  embargoMs: z.number().min(0),
  penalty: z.number().min(0).nullable(),
  seed: count,
  trust: share,
  metrics: metrics.nullable(),
  intercept: finite,
  coefficients: z.array(
    z.strictObject({ name: z.string(), mean: finite, scale: z.number().positive(), weight: finite }),
  ),
});

const envelope = z.object({ kind: z.literal(KIND), hash: z.string(), model: z.record(z.string(), z.unknown()) });

/** Written whole or not at all. */
export async function writeModel(path: string, model: TrainedModel): Promise<StoredModel> {
  const plain = cardOf(model);
  const hash = hashOf(plain);
  const whole = `${path}.part`;
  await writeFile(whole, `${JSON.stringify({ kind: KIND, hash, model: plain }, null, 1)}\n`);
  await rename(whole, path);
  return { hash, model };
}

/** @throws ConfigError where the file is missing, damaged, or of other features or another score than this version has */
export function readModel(path: string): StoredModel {
  const refuse = (what: string, fix = "train one with `orderflow model train`"): never => {
    throw new ConfigError([`${basename(path)}: ${what}; ${fix}`]);
  };
  const outer = envelope.safeParse(parse(path, refuse));
  if (!outer.success) return refuse("is no model of orderflow");
  const { hash, model: plain } = outer.data;
  const { featuresVersion, scoreVersion } = plain;
  if (featuresVersion !== FEATURES_VERSION || scoreVersion !== SCORE_VERSION) {
    return refuse(
      `was trained on features ${featuresVersion} and score ${scoreVersion}, this version has ${FEATURES_VERSION} and ${SCORE_VERSION}`,
      "train it again",
    );
  }
  if (hashOf(plain) !== hash) return refuse("was changed after it was written: its hash is another one");
  const inner = content.safeParse(plain);
  if (!inner.success) {
    const [issue] = inner.error.issues;
    return refuse(`${issue?.path.join(".")} ${issue?.message}`);
  }
  const names = inner.data.coefficients.map(({ name }) => name);
  if (names.join() !== FEATURE_NAMES.join()) return refuse("has other features than this version", "train it again");
  return { hash, model: inner.data };
}

function parse(path: string, refuse: (what: string) => never): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return refuse("is damaged: not valid JSON");
  }
}

const isoTime = (at: EpochMs): string => new Date(at).toISOString();

/** All that the file says of a model, as JSON has it. */
export function cardOf({ from, to, minTradeUsd, ...model }: TrainedModel): Readonly<Record<string, unknown>> {
  return { ...model, from: isoTime(from), to: isoTime(to), minTradeUsd: minTradeUsd.toString() };
}

/** SHA-256 of the content with its keys in order, so that a file that was only formatted anew is the same. */
const hashOf = (plain: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(sorted(plain)))
    .digest("hex");

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, sorted(record[key])]),
  );
}
