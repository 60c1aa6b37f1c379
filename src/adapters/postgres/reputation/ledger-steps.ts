/** The steps of the ledger: load, apply the rules, save; one transaction each. */
import { sql, type Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { mergeRanges, subtractRanges } from "../../../core/reputation/block-ranges.ts";
import type { UnitKey } from "../../../core/reputation/fold.ts";
import { unitKey } from "../../../core/reputation/fold.ts";
import { isSealed, type LedgerMarket, type UnitRecord } from "../../../core/reputation/unit-record.ts";
import type { LedgerRules, LedgerStep } from "../../../ports/reputation-store.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { archivedUntil, loadMarkets, readFills, replayFills } from "./ledger-fills.ts";
import { loadRanges, lockLedger, saveRanges } from "./ledger-intake.ts";
import { loadMarketUnits, loadUnits, saveUnits } from "./unit-rows.ts";

type Trx = Transaction<Schema>;

export async function applyFills(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  await lockLedger(trx);
  const finalized = await finalizedBlock(trx);
  const { applied, waiting } = await loadRanges(trx);
  const first = waiting[0];
  if (first === undefined || first.fromBlock > finalized) return null;
  const page = await readFills(trx, { ...first, toBlock: Math.min(first.toBlock, finalized) }, maxFills);
  const done: BlockRange = { fromBlock: first.fromBlock, toBlock: page.toBlock };
  const appliedNow = mergeRanges([...applied, done]);

  const markets = await loadMarkets(
    trx,
    page.fills.map((fill) => fill.marketKey),
    finalized,
    false,
  );
  const named = new Map(page.fills.map((fill) => [unitKey(fill), fill]));
  const units = await loadUnits(trx, named.values(), markets);
  const { changed, outOfOrder } = rules.foldFills(units, page.fills, markets, await archivedUntil(trx));
  const late = [...outOfOrder.values()].map(({ walletKey, marketKey }) => [walletKey, marketKey] as const);
  const replayed = late.length === 0 ? [] : await replay(trx, { units: late }, appliedNow, markets, rules);
  await saveUnits(trx, [...changed.values(), ...replayed]);

  await countWalletDays(trx, done);
  await markWallets(trx, page.walletKeys);
  await sql`INSERT INTO flow.ledger_waiting SELECT * FROM unnest(${int4Array(page.passedOver)}) ON CONFLICT DO NOTHING`.execute(
    trx,
  );
  await sql`INSERT INTO flow.ledger_due SELECT market_key, false FROM flow.resolution
    WHERE block_number BETWEEN ${done.fromBlock} AND ${done.toBlock} ON CONFLICT DO NOTHING`.execute(trx);
  await saveRanges(trx, { applied: appliedNow, waiting: subtractRanges(waiting, [done]) });
  return { fills: page.rows, units: changed.size + replayed.length, replayed: replayed.length };
}

async function finalizedBlock(trx: Trx): Promise<number> {
  const row = await trx.selectFrom("flow.chain_state").select("finalized_block").executeTakeFirstOrThrow();
  return row.finalized_block;
}

async function replay(
  trx: Trx,
  named: Parameters<typeof replayFills>[1],
  applied: readonly BlockRange[],
  markets: ReadonlyMap<number, LedgerMarket>,
  rules: LedgerRules,
): Promise<readonly UnitRecord[]> {
  const units = new Map<UnitKey, UnitRecord>();
  for await (const fills of replayFills(trx, named, applied)) {
    for (const [key, unit] of rules.foldFills(units, fills, markets, null).changed) units.set(key, unit);
  }
  return [...units.values()];
}

/** Volume of makers and takers does not depend on markets or order: counted once, with the block. */
async function countWalletDays(trx: Trx, { fromBlock, toBlock }: BlockRange): Promise<void> {
  await sql`INSERT INTO flow.wallet_day (wallet_key, epoch_day, fills, volume_micros, maker_volume_micros)
    SELECT wallet_key, floor(extract(epoch FROM occurred_at) / 86400)::int, count(*), sum(cash_micros),
      coalesce(sum(cash_micros) FILTER (WHERE is_maker), 0)
    FROM flow.fill WHERE block_number BETWEEN ${fromBlock} AND ${toBlock} GROUP BY 1, 2
    ON CONFLICT (wallet_key, epoch_day) DO UPDATE SET fills = wallet_day.fills + excluded.fills,
      volume_micros = wallet_day.volume_micros + excluded.volume_micros,
      maker_volume_micros = wallet_day.maker_volume_micros + excluded.maker_volume_micros`.execute(trx);
}

async function markWallets(trx: Trx, walletKeys: Iterable<number>): Promise<void> {
  await sql`INSERT INTO flow.score_due SELECT * FROM unnest(${int4Array([...new Set(walletKeys)])})
    ON CONFLICT DO NOTHING`.execute(trx);
}

export async function findLate(trx: Trx): Promise<number> {
  await lockLedger(trx);
  const linked = await sql<{ token_key: number }>`
    WITH linked AS (
      DELETE FROM flow.ledger_waiting w USING flow.token t
      WHERE t.token_key = w.token_key AND t.market_key IS NOT NULL RETURNING t.token_key, t.market_key)
    , due AS (
      INSERT INTO flow.ledger_due SELECT DISTINCT market_key, true FROM linked
      ON CONFLICT (market_key) DO UPDATE SET is_replay = true)
    SELECT token_key FROM linked`.execute(trx);
  const retimed = await sql<{ market_key: number }>`
    INSERT INTO flow.ledger_due
    SELECT l.market_key, true FROM flow.ledger_market l JOIN flow.market m USING (market_key)
    WHERE (l.starts_at, l.ends_at) IS DISTINCT FROM (m.starts_at, m.ends_at)
    ON CONFLICT (market_key) DO UPDATE SET is_replay = true RETURNING market_key`.execute(trx);
  return linked.rows.length + retimed.rows.length;
}

export async function applyDue(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  await lockLedger(trx);
  return (await replayDue(trx, maxFills, rules)) ?? (await resolveDue(trx, maxFills, rules));
}

async function replayDue(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  const picked = await pickDue(trx, true, maxFills);
  if (picked.length === 0) return null;
  const finalized = await finalizedBlock(trx);
  const markets = await loadMarkets(trx, picked, finalized, true);
  const { applied } = await loadRanges(trx);
  const archived = await archivedUntil(trx);
  const sealed = (await loadMarketUnits(trx, markets)).filter((unit) => isSealed(unit, archived));
  const sealedKeys = new Set(sealed.map(unitKey));
  const replayed = await replay(trx, { markets: picked }, applied, markets, rules);
  const units = [
    ...replayed.filter((unit) => !sealedKeys.has(unitKey(unit))),
    ...rules.foldResolutions(sealed, markets),
  ];
  const before = await sql<{ wallet_key: number }>`
    DELETE FROM flow.unit WHERE market_key = ANY(${int4Array(picked)})
      AND (wallet_key, market_key) NOT IN (SELECT * FROM unnest(
        ${int4Array(sealed.map((unit) => unit.walletKey))}, ${int4Array(sealed.map((unit) => unit.marketKey))}))
    RETURNING wallet_key`.execute(trx);
  await saveUnits(trx, units);
  await markWallets(trx, [...before.rows.map((row) => row.wallet_key), ...units.map((unit) => unit.walletKey)]);
  await clearDue(trx, picked);
  return { fills: 0, units: units.length, replayed: replayed.length };
}

async function resolveDue(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  const picked = await pickDue(trx, false, maxFills);
  if (picked.length === 0) return null;
  const finalized = await finalizedBlock(trx);
  const markets = await loadMarkets(trx, picked, finalized, false);
  const units = rules.foldResolutions(await loadMarketUnits(trx, markets), markets);
  await saveUnits(trx, units);
  await markWallets(
    trx,
    units.map((unit) => unit.walletKey),
  );
  await clearDue(trx, picked);
  return { fills: 0, units: units.length, replayed: 0 };
}

const MARKETS_PER_STEP = 500;

/** At least one market; more while their rows together stay below `maxRows`. */
async function pickDue(trx: Trx, isReplay: boolean, maxRows: number): Promise<readonly number[]> {
  const size = isReplay
    ? sql`(SELECT count(*) FROM flow.token t JOIN flow.fill f USING (token_key) WHERE t.market_key = due.market_key)`
    : sql`(SELECT count(*) FROM flow.unit u WHERE u.market_key = due.market_key)`;
  const { rows } = await sql<{ market_key: number }>`
    SELECT market_key FROM (
      SELECT market_key, sum(size) OVER (ORDER BY market_key) AS size_so_far, row_number() OVER (ORDER BY market_key) AS place
      FROM (SELECT market_key, ${size} AS size FROM (
        SELECT market_key FROM flow.ledger_due WHERE is_replay = ${isReplay} ORDER BY market_key LIMIT ${MARKETS_PER_STEP}
      ) due) sized
    ) running WHERE size_so_far <= ${maxRows} OR place = 1`.execute(trx);
  return rows.map((row) => row.market_key);
}

async function clearDue(trx: Trx, marketKeys: readonly number[]): Promise<void> {
  await sql`DELETE FROM flow.ledger_due WHERE market_key = ANY(${int4Array(marketKeys)})`.execute(trx);
}
