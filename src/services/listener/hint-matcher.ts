import type { Fill } from "../../core/chain/fill.ts";
import { addMs, type EpochMs, MINUTE_MS } from "../../core/time/time.ts";
import type { HeldHint, HintMatch, TradeHint } from "../../ports/trade-hint.ts";

/** Puts hints and logs of the same fill together, whichever comes first. In memory, for as long as one waits for the other. */
export type HintMatcher = {
  /** @returns the hint, with its match if the log was here first; null for one that was heard before. */
  addHint(hint: TradeHint): HeldHint | null;
  /** @returns the waiting hints that these fills answer. */
  addFills(fills: readonly Fill[], receivedAt: EpochMs): readonly HeldHint[];
  waiting(): number;
};

/** A transaction that is not mined by then never will be. */
const WAIT_MS = 5 * MINUTE_MS;

type Entry = { readonly fills: SeenFill[]; readonly hints: Heard[]; at: EpochMs };
type SeenFill = { readonly fill: Fill; readonly receivedAt: EpochMs; readonly takenBy: Set<string> };
type Heard = { readonly hint: TradeHint; isMatched: boolean };

/** Of one transaction, one wallet's fills of one token on one side: usually one. */
const keyOf = ({ txHash, wallet, tokenId, side }: TradeHint | Fill): string => `${txHash} ${wallet} ${tokenId} ${side}`;

export function createHintMatcher(): HintMatcher {
  // In the order of insertion, so that the oldest are found at the front.
  const entries = new Map<string, Entry>();
  let waiting = 0;

  function entryOf(key: string, at: EpochMs): Entry {
    const entry = entries.get(key) ?? { fills: [], hints: [], at };
    entries.set(key, entry);
    return entry;
  }

  function forgetBefore(before: EpochMs): void {
    for (const [key, { at, hints }] of entries) {
      if (at >= before) return;
      waiting -= hints.filter(({ isMatched }) => !isMatched).length;
      entries.delete(key);
    }
  }

  /** Sources round sizes, so the nearest of what is left is taken: a fill answers one hint of each source. */
  function match(entry: Entry, heard: Heard): HintMatch | null {
    const { source, size } = heard.hint;
    const distance = ({ fill }: SeenFill): bigint => (fill.size > size ? fill.size - size : size - fill.size);
    const free = entry.fills.filter(({ takenBy }) => !takenBy.has(source));
    const [first, ...rest] = free;
    if (first === undefined) return null;
    const nearest = rest.reduce((best, each) => (distance(each) < distance(best) ? each : best), first);
    nearest.takenBy.add(source);
    heard.isMatched = true;
    const { blockNumber, logIndex } = nearest.fill;
    return { logReceivedAt: nearest.receivedAt, blockNumber, logIndex };
  }

  return {
    waiting: () => waiting,
    addHint(hint) {
      forgetBefore(addMs(hint.receivedAt, -WAIT_MS));
      const entry = entryOf(keyOf(hint), hint.receivedAt);
      const isRepeated = entry.hints.some(
        (heard) => heard.hint.source === hint.source && heard.hint.size === hint.size,
      );
      if (isRepeated) return null;
      const heard = { hint, isMatched: false };
      entry.hints.push(heard);
      const found = match(entry, heard);
      if (found === null) waiting += 1;
      return { hint, match: found };
    },
    addFills(fills, receivedAt) {
      forgetBefore(addMs(receivedAt, -WAIT_MS));
      const touched = new Set<Entry>();
      for (const fill of fills) {
        const entry = entryOf(keyOf(fill), receivedAt);
        const isKnown = entry.fills.some((seen) => seen.fill.logIndex === fill.logIndex);
        if (!isKnown) entry.fills.push({ fill, receivedAt, takenBy: new Set() });
        if (entry.hints.some(({ isMatched }) => !isMatched)) touched.add(entry);
      }
      const answered: HeldHint[] = [];
      for (const entry of touched) {
        for (const heard of entry.hints) {
          const found = heard.isMatched ? null : match(entry, heard);
          if (found === null) continue;
          waiting -= 1;
          answered.push({ hint: heard.hint, match: found });
        }
      }
      return answered;
    },
  };
}
