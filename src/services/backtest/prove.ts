/** The proof that no decision saw the future: each is made again with everything later deleted. */
import { createDraw, seedOf } from "../../core/backtest/random.ts";
import type { RunHooks, RunOptions } from "../../core/backtest/run.ts";
import { hashValue } from "../../core/engine/state-hash.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";
import { runBacktest } from "./run-backtest.ts";

/** A book is known when it is seen, what stands on the chain after the delay. */
function pastOf(history: History, at: EpochMs, delayMs: number): History {
  const past = history.until(addMs(at, -delayMs));
  const books = history.facts.books?.filter((book) => book.at <= at) ?? [];
  return { ...past, facts: { ...past.facts, books } };
}

/** A signal as it stood after one step. */
export type Decision = { readonly at: EpochMs; readonly signalId: string; readonly hash: string };

export type Proof = {
  readonly decisions: number;
  /** How many of them were made again, and all before each of those with them. */
  readonly sampled: number;
  readonly differing: readonly Decision[];
};

/** Collects the decisions of a run; to be given to it as a hook. */
export function collectDecisions(hooks: RunHooks = {}): { readonly decisions: Decision[]; readonly hooks: RunHooks } {
  const decisions: Decision[] = [];
  return {
    decisions,
    hooks: {
      ...hooks,
      onStep(event, commands, changes) {
        for (const change of changes) {
          if (change.kind !== "signal") continue;
          decisions.push({ at: event.at, signalId: change.signal.id, hash: hashValue(change.signal) });
        }
        hooks.onStep?.(event, commands, changes);
      },
    },
  };
}

/**
 * @param decisions of the whole run
 * @param hooks as the whole run had them
 */
export async function proveDecisions(
  history: History,
  options: RunOptions,
  {
    decisions,
    samples,
    hooks = {},
    onProgress = () => undefined,
    signal,
  }: {
    readonly decisions: readonly Decision[];
    readonly samples: number;
    readonly hooks?: RunHooks;
    readonly onProgress?: (done: number, of: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Proof> {
  const draw = createDraw(seedOf(options.seed, "prove"));
  const chosen = new Set<number>();
  const wanted = Math.min(samples, decisions.length);
  while (chosen.size < wanted) chosen.add(Math.floor(draw() * decisions.length));
  const differing = new Map<string, Decision>();
  let sampled = 0;
  for (const index of [...chosen].sort((a, b) => a - b)) {
    if (signal?.aborted) break;
    onProgress(sampled, wanted);
    const { at } = decisions[index] as Decision;
    const again = collectDecisions(hooks);
    // What happened later than this was not known yet.
    await runBacktest(pastOf(history, at, options.delayMs), { ...options, to: at }, { hooks: again.hooks });
    const first = decisions.slice(0, index + 1).find((each, place) => again.decisions[place]?.hash !== each.hash);
    if (first !== undefined) differing.set(first.hash, first);
    sampled += 1;
  }
  return { decisions: decisions.length, sampled, differing: [...differing.values()] };
}
