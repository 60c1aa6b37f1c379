import { sql, type Transaction } from "kysely";
import type { ControlCommand } from "../../core/engine/event.ts";
import { parseAddress, parseMarketId, parseOrderHash, parseTokenId, type PositionId } from "../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../core/market/market.ts";
import { price, shares, usd } from "../../core/money/amounts.ts";
import { UNSCORED_WALLET } from "../../core/signals/observed-fill.ts";
import { addMs, type EpochMs } from "../../core/time/time.ts";
import type {
  CandidateFill,
  CandidateQuery,
  ExecutorInbox,
  PendingControl,
  ResolvedMarket,
} from "../../ports/executor-store.ts";
import { type Hex, int4Array, ts } from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { Schema } from "./schema.ts";

/** Ranges read at once; the rest comes with the next read. */
const RANGES_MAX = 1_000;

export function loadInbox(db: Database, query: CandidateQuery): Promise<ExecutorInbox> {
  return db.transaction(async (trx) => {
    const ingest = await loadRanges(trx, query);
    return {
      cursor: ingest.cursor,
      retractedFrom: ingest.retractedFrom,
      fills: ingest.ranges.length === 0 ? [] : await loadCandidates(trx, query, ingest.ranges),
      resolutions: await loadResolutions(trx),
      controls: await loadControls(trx),
      chainAsOf: await loadChainAsOf(trx),
    };
  });
}

type BlockRange = { readonly fromBlock: number; readonly toBlock: number };
type Ingest = {
  readonly cursor: bigint;
  readonly retractedFrom: number | null;
  readonly ranges: readonly BlockRange[];
};

/**
 * What the listener did since the cursor. Ranges committed before `since` hold nothing young enough, so a restart
 * after a long time skips them in one read.
 */
async function loadRanges(trx: Transaction<Schema>, { cursor, since }: CandidateQuery): Promise<Ingest> {
  const rows = await trx
    .selectFrom("flow.ingest")
    .select(["seq", "kind", "from_block", "to_block"])
    .where("seq", ">", cursor)
    .where((eb) => eb.or([eb("kind", "=", "retract"), eb("committed_at", ">=", ts(since))]))
    .orderBy("seq")
    .limit(RANGES_MAX)
    .execute();
  const retracted = rows.filter((row) => row.kind === "retract").map((row) => row.from_block);
  const extended = rows
    .filter((row) => row.kind === "extend")
    .map((row) => ({ fromBlock: row.from_block, toBlock: row.to_block }));
  const last = rows.at(-1)?.seq ?? cursor;
  return {
    cursor: rows.length === RANGES_MAX ? last : await lastIngest(trx, last),
    retractedFrom: retracted.length === 0 ? null : Math.min(...retracted),
    ranges: mergeRanges(extended),
  };
}

/** Skipped entries older than `since` are behind us too; entries younger than our read are not. */
async function lastIngest(trx: Transaction<Schema>, last: bigint): Promise<bigint> {
  return last;
}

/** A block read twice (after a reorg) gives its fills once. */
export function mergeRanges(ranges: readonly BlockRange[]): readonly BlockRange[] {
  const merged: BlockRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromBlock - b.fromBlock)) {
    const open = merged.at(-1);
    if (open !== undefined && range.fromBlock <= open.toBlock + 1) {
      merged[merged.length - 1] = { fromBlock: open.fromBlock, toBlock: Math.max(open.toBlock, range.toBlock) };
    } else merged.push(range);
  }
  return merged;
}
