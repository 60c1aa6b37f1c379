import type { ShareMicros } from "../money/amounts.ts";
import { addFill, type FillSum } from "./fill-sum.ts";
import { triggerOf } from "./follow-whale.ts";
import type { ObservedFill, WalletFacts } from "./observed-fill.ts";
import type { Trigger } from "./signal.ts";
import type { SignalRules } from "./signal-rules.ts";

/** The sales of a wallet that we followed, of the token that we hold because of it. */
export type LeaderExit = FillSum & {
  /** What it held when this run of sales began. */
  readonly heldAtStart: ShareMicros;
};

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
    ...addFill(joins ? before : null, fill),
    heldAtStart: joins ? before.heldAtStart : known,
  };
  const exits = exit.size * 10_000n >= exit.heldAtStart * rules.exitShareBps;
  return { exit, trigger: exits ? triggerOf(exit, fill, wallet) : null };
}
