import { addShares, addUsd, type ShareMicros, subShares, subUsd, type UsdMicros } from "../money/amounts.ts";
import type { EpochMs } from "../time/time.ts";
import { triggerOf } from "./follow-whale.ts";
import type { ObservedFill, WalletFacts } from "./observed-fill.ts";
import type { Trigger } from "./signal.ts";
import type { SignalRules } from "./signal-rules.ts";

/** The sales of a wallet that we followed, of the token that we hold because of it. */
export type LeaderExit = {
  /** What it held when this run of sales began. */
  readonly heldAtStart: ShareMicros;
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
  /** Absent where an older version began it. */
  readonly fills?: number;
  readonly lastAt: EpochMs;
  /** What of it the newest blocks brought, for a reorg takes that back. Absent where an older version began it. */
  readonly blocks?: readonly BlockSales[];
};

type BlockSales = {
  readonly blockNumber: number;
  readonly size: ShareMicros;
  readonly cash: UsdMicros;
  readonly fills: number;
};

/** A reorg reaches some blocks back. */
const BLOCKS_KEPT = 32;

export type ExitDetection = { readonly exit: LeaderExit; readonly trigger: Trigger | null };

/** A run of sales (gaps as in an episode) of half of what the leader held when it began is its exit, and ours. */
export function detectExitFollow(
  rules: SignalRules,
  before: LeaderExit | null,
  fill: ObservedFill,
  wallet: WalletFacts,
): ExitDetection {
  const joins = before !== null && fill.occurredAt - before.lastAt <= rules.episodeGapMs;
  // A wallet that sells what we never saw it buy holds at least what it sells.
  const known = fill.heldBefore !== null && fill.heldBefore > fill.size ? fill.heldBefore : fill.size;
  const exit: LeaderExit = {
    heldAtStart: joins ? before.heldAtStart : known,
    size: joins ? addShares(before.size, fill.size) : fill.size,
    cash: joins ? addUsd(before.cash, fill.cash) : fill.cash,
    fills: (joins ? (before.fills ?? 0) : 0) + 1,
    lastAt: fill.occurredAt,
    blocks: addToBlocks(joins ? (before.blocks ?? []) : [], fill),
  };
  const exits = exit.size * 10_000n >= exit.heldAtStart * rules.exitShareBps;
  return { exit, trigger: exits ? triggerOf(exit, fill, wallet) : null };
}

function addToBlocks(blocks: readonly BlockSales[], { blockNumber, size, cash }: ObservedFill): readonly BlockSales[] {
  const last = blocks.at(-1);
  if (last?.blockNumber !== blockNumber) return [...blocks, { blockNumber, size, cash, fills: 1 }].slice(-BLOCKS_KEPT);
  const sum = { blockNumber, size: addShares(last.size, size), cash: addUsd(last.cash, cash), fills: last.fills + 1 };
  return [...blocks.slice(0, -1), sum];
}

/** Without what happened from this block up. @returns null: nothing is left of it */
export function retractSales(exit: LeaderExit, fromBlock: number): LeaderExit | null {
  const { blocks = [] } = exit;
  const gone = blocks.filter(({ blockNumber }) => blockNumber >= fromBlock);
  if (gone.length === 0) return exit;
  let { size, cash, fills = 0 } = exit;
  for (const each of gone) {
    size = subShares(size, each.size);
    cash = subUsd(cash, each.cash);
    fills -= each.fills;
  }
  return size === 0n ? null : { ...exit, size, cash, fills, blocks: blocks.slice(0, blocks.length - gone.length) };
}
