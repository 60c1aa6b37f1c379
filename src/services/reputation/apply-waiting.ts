import type { ArchivedFill, BlockSpan, FillHistory } from "../../ports/archive.ts";
import type { ArchivedBlocks, LedgerRules, LedgerStep, ReputationStore } from "../../ports/reputation-store.ts";

export type ApplyDeps = {
  readonly store: ReputationStore;
  readonly history: FillHistory;
  readonly fillsPerStep: number;
};

/** Steps until no final block waits; those whose fills left the database are read from the archive. */
export async function* applyWaiting(
  { store, history, fillsPerStep }: ApplyDeps,
  rules: LedgerRules,
): AsyncGenerator<LedgerStep> {
  for (;;) {
    const span = await store.nextArchived();
    if (span === null) {
      const step = await store.applyFills(fillsPerStep, rules);
      if (step !== null) yield step;
      // The archiver may have taken the next blocks between the two questions.
      else if ((await store.nextArchived()) === null) return;
      continue;
    }
    for await (const blocks of wholeBlocks(span, history.readFills(span, { sources: ["chain"] }), fillsPerStep)) {
      const step = await store.applyFills(fillsPerStep, rules, blocks);
      if (step === null) break;
      yield step;
    }
  }
}

/** Cuts a span between two blocks wherever about `maxFills` have come together. */
async function* wholeBlocks(
  { fromBlock, toBlock }: BlockSpan,
  batches: AsyncIterable<readonly ArchivedFill[]>,
  maxFills: number,
): AsyncGenerator<ArchivedBlocks> {
  let from = fromBlock;
  let held: ArchivedFill[] = [];
  for await (const batch of batches) {
    held.push(...batch);
    const last = held.at(-1)?.blockNumber ?? from;
    if (held.length < maxFills || last === from) continue;
    const cut = held.findIndex(({ blockNumber }) => blockNumber === last);
    yield { fromBlock: from, toBlock: last - 1, fills: held.slice(0, cut) };
    from = last;
    held = held.slice(cut);
  }
  yield { fromBlock: from, toBlock, fills: held };
}
