import { InvalidArgumentError } from "commander";
import type { BlockRef } from "../../core/chain/fill.ts";
import { InputError } from "../../core/errors.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../core/time/time.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { firstBlockAt } from "../../services/listener/block-at.ts";

/** A block as a person names it: by number, by a day (UTC), or by a time. */
export type BlockFlag =
  | { readonly kind: "block"; readonly block: number }
  | { readonly kind: "day" | "time"; readonly at: EpochMs };

const BLOCK = /^\d{1,10}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z?$/;

export const BLOCK_FLAG_HELP =
  "A block is a number, a day (2026-11-01, UTC) or a time (2026-11-01T12:00Z): a day begins with its first block and ends with its last.";

export function parseBlockFlag(text: string): BlockFlag {
  if (BLOCK.test(text)) return { kind: "block", block: Number(text) };
  const ms = DAY.test(text) || TIME.test(text) ? Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError("A block number, a day (2026-11-01) or a time is needed.");
  return { kind: DAY.test(text) ? "day" : "time", at: epochMs(ms) };
}

/** @throws InputError when there is no block yet at that time */
export async function firstBlockOf(
  flag: BlockFlag,
  source: LogSource,
  newest: BlockRef,
  signal: AbortSignal,
): Promise<number> {
  if (flag.kind === "block") return flag.block;
  const block = await firstBlockAt(source, flag.at, newest, signal);
  if (block === null) throw new InputError("TIME_AHEAD", `there is no final block yet at ${isoText(flag.at)}`);
  return block;
}

/** The last block of the day, or not after the time; the newest one where that lies ahead. */
export async function lastBlockOf(
  flag: BlockFlag,
  source: LogSource,
  newest: BlockRef,
  signal: AbortSignal,
): Promise<number> {
  if (flag.kind === "block") return flag.block;
  const after = flag.kind === "day" ? addMs(flag.at, DAY_MS) : addMs(flag.at, 1);
  const block = await firstBlockAt(source, after, newest, signal);
  return block === null ? newest.number : block - 1;
}

const isoText = (at: EpochMs): string => new Date(at).toISOString();
