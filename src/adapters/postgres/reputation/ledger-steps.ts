/** Applying new blocks: load, apply the rules, save; one transaction each. */
import { sql, type Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { mergeRanges, subtractRanges } from "../../../core/reputation/block-ranges.ts";
import {
  type LedgerEntry,
  type UnitKey,
  type UnitName,
  unitKey,
  unitsOf,
} from "../../../core/reputation/ledger-entry.ts";
import type { LedgerMarket, UnitRecord } from "../../../core/reputation/unit-record.ts";
import type { ArchivedBlocks, LedgerRules, LedgerStep } from "../../../ports/reputation-store.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { type FillTable, HOT_FILLS, partAtStart, stageFills } from "./archived-fills.ts";
import { markResolved } from "./ledger-due.ts";
import { readPage } from "./ledger-entries.ts";
import { loadRanges, lockLedger, lookUpByKey, saveRanges } from "./ledger-intake.ts";
import { archivedUntil, finalizedBlock, loadMarkets } from "./ledger-markets.ts";
import { planReplay, replay } from "./ledger-replay.ts";
import { markWallets } from "./score-steps.ts";
import { loadUnits, saveUnits } from "./unit-rows.ts";
import { noteLateFills } from "./wash-steps.ts";

type Trx = Transaction<Schema>;

/** The first waiting blocks that are final, as far as they are all in the archive; null: the next one is not. */
export async function nextArchived(trx: Trx): Promise<BlockRange | null> {
  const next = await nextPart(trx, (await loadRanges(trx)).waiting);
  return next?.isArchived === true ? { fromBlock: next.fromBlock, toBlock: next.toBlock } : null;
}

async function nextPart(trx: Trx, [first]: readonly BlockRange[]) {
  const finalized = await finalizedBlock(trx);
  if (first === undefined || first.fromBlock > finalized) return null;
  return partAtStart(trx, { fromBlock: first.fromBlock, toBlock: Math.min(first.toBlock, finalized) });
}

export async function applyFills(
  trx: Trx,
  maxFills: number,
  rules: LedgerRules,
  archived: ArchivedBlocks | null,
): Promise<LedgerStep | null> {
  await lockLedger(trx);
  await lookUpByKey(trx);
  const { applied, waiting } = await loadRanges(trx);
  const part = await nextPart(trx, waiting);
  if (part === null || part.isArchived !== (archived !== null)) return null;
  if (archived !== null && (archived.fromBlock !== part.fromBlock || archived.toBlock > part.toBlock)) return null;
  const fillTable = archived === null ? HOT_FILLS : await stageFills(trx, archived.fills);
  const page = await readPage(trx, archived ?? part, archived === null ? maxFills : null, fillTable);
  const done: BlockRange = { fromBlock: part.fromBlock, toBlock: page.toBlock };
  const appliedNow = mergeRanges([...applied, done]);
  const { changed, replayed } = await applyEntries(trx, page.entries, appliedNow, rules);
  await saveUnits(trx, [...changed, ...replayed]);

  await countWalletDays(trx, done, fillTable);
  await noteLateFills(trx, done.fromBlock, done.toBlock);
  await markWallets(trx, [...page.walletKeys, ...replayed.map((unit) => unit.walletKey)]);
  await sql`INSERT INTO flow.ledger_waiting SELECT * FROM unnest(${int4Array(page.passedOver)}) ON CONFLICT DO NOTHING`.execute(
    trx,
  );
  await markResolved(trx, done, applied);
  await saveRanges(trx, { applied: appliedNow, waiting: subtractRanges(waiting, [done]) });
  return { fills: page.fills, units: changed.length + replayed.length, replayed: replayed.length };
}

type Applied = { readonly changed: readonly UnitRecord[]; readonly replayed: readonly UnitRecord[] };

async function applyEntries(
  trx: Trx,
  entries: readonly LedgerEntry[],
  applied: readonly BlockRange[],
  rules: LedgerRules,
): Promise<Applied> {
  const named = new Map<UnitKey, UnitName>();
  for (const entry of entries) for (const unit of unitsOf(entry)) named.set(unitKey(unit), unit);
  const markets = await marketsOf(trx, named.values(), applied);
  const units = await loadUnits(trx, named.values(), markets);
  const archived = await archivedUntil(trx);
  const options = { archivedUntil: archived, fixed: new Set<UnitKey>() };
  const folded = rules.foldEntries(units, entries, markets, options);
  if (folded.outOfOrder.size === 0) return { changed: [...folded.changed.values()], replayed: [] };
  const plan = await planReplay(trx, [...folded.outOfOrder.values()], applied, archived);
  const { changed } =
    plan.fixed.size === 0 ? folded : rules.foldEntries(units, entries, markets, { ...options, fixed: plan.fixed });
  const all = new Map([...markets, ...(await marketsOf(trx, plan.units.values(), applied))]);
  const replayed = await replay(trx, { markets: [], units: [...plan.units.values()] }, applied, all, rules);
  return { changed: [...changed].flatMap(([key, unit]) => (plan.units.has(key) ? [] : [unit])), replayed };
}

const marketsOf = (
  trx: Trx,
  units: Iterable<UnitName>,
  applied: readonly BlockRange[],
): Promise<ReadonlyMap<number, LedgerMarket>> =>
  loadMarkets(
    trx,
    [...units].map(({ marketKey }) => marketKey),
    applied,
    false,
  );

/** Volume of makers and takers does not depend on markets or order: counted once, with the block. */
async function countWalletDays(trx: Trx, { fromBlock, toBlock }: BlockRange, fillTable: FillTable): Promise<void> {
  await sql`INSERT INTO flow.wallet_day_added (wallet_key, epoch_day, fills, volume_micros, maker_volume_micros)
    SELECT wallet_key, floor(extract(epoch FROM occurred_at) / 86400)::int, count(*), sum(cash_micros),
      coalesce(sum(cash_micros) FILTER (WHERE is_maker), 0)
    FROM ${fillTable} WHERE block_number BETWEEN ${fromBlock} AND ${toBlock} GROUP BY 1, 2`.execute(trx);
}
