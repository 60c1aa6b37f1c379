/** Markets whose units have to be computed again, or only to learn their resolution. */
import { sql, type Transaction } from "kysely";
import type { BlockRange } from "../../../core/reputation/block-ranges.ts";
import { unitKey } from "../../../core/reputation/ledger-entry.ts";
import { isSealed } from "../../../core/reputation/unit-record.ts";
import type { LedgerRules, LedgerStep } from "../../../ports/reputation-store.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { findCouplingUnits } from "./coupled-units.ts";
import { loadRanges, lockLedger, lookUpByKey } from "./ledger-intake.ts";
import { archivedUntil, knownTo, loadMarkets } from "./ledger-markets.ts";
import { planReplay, replay } from "./ledger-replay.ts";
import { markWallets } from "./score-steps.ts";
import { loadMarketUnits, loadUnresolved, saveResolved, saveUnits, withoutUnresolved } from "./unit-rows.ts";

type Trx = Transaction<Schema>;

/** @param done blocks applied just now; `before`: those applied earlier. */
export async function markResolved(trx: Trx, done: BlockRange, before: readonly BlockRange[]): Promise<void> {
  // A replay where shares were redeemed or moved after a resolution that was not known yet.
  await sql`INSERT INTO flow.ledger_due AS due (market_key, is_replay)
    SELECT r.market_key, EXISTS (
        SELECT FROM flow.token t JOIN flow.lifecycle l USING (token_key)
        WHERE t.market_key = r.market_key AND l.kind >= 3
          AND (l.block_number, l.log_index) > (r.block_number, r.log_index)
          AND EXISTS (SELECT FROM unnest(${int4Array(before.map((range) => range.fromBlock))},
            ${int4Array(before.map((range) => range.toBlock))}) AS applied (from_block, to_block)
            WHERE l.block_number BETWEEN applied.from_block AND applied.to_block))
    FROM flow.resolution r WHERE r.block_number BETWEEN ${done.fromBlock} AND ${done.toBlock}
    ON CONFLICT (market_key) DO UPDATE SET is_replay = due.is_replay OR excluded.is_replay`.execute(trx);
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
  const owned = await findNewOwners(trx);
  await sql`INSERT INTO flow.score_due
    SELECT s.wallet_key FROM flow.wallet_label l JOIN flow.wallet w USING (address)
    JOIN flow.wallet_score s USING (wallet_key)
    WHERE l.block_number <= (SELECT finalized_block FROM flow.chain_state) ON CONFLICT DO NOTHING`.execute(trx);
  return linked.rows.length + retimed.rows.length + owned;
}

/** Transfers that were booked as from and to strangers, until their owner became known. */
async function findNewOwners(trx: Trx): Promise<number> {
  const { rows } = await sql<{ market_key: number }>`
    INSERT INTO flow.ledger_due
    SELECT DISTINCT t.market_key, true
    FROM flow.wallet_owner o JOIN flow.wallet w USING (address)
    JOIN flow.lifecycle l ON l.wallet_key = w.wallet_key AND l.kind = 6
    JOIN flow.ledger_range a ON a.is_applied AND l.block_number BETWEEN a.from_block AND a.to_block
    JOIN flow.token t USING (token_key)
    WHERE o.seq > (SELECT owner_seq FROM flow.ledger_state) AND t.market_key IS NOT NULL AND l.other_key <> 0
      AND o.owner = flow.owner_of(l.other_key)
    ON CONFLICT (market_key) DO UPDATE SET is_replay = true RETURNING market_key`.execute(trx);
  await sql`UPDATE flow.ledger_state SET owner_seq = greatest(owner_seq,
    (SELECT coalesce(max(seq), 0) FROM flow.wallet_owner))`.execute(trx);
  return rows.length;
}

export async function applyDue(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  await lockLedger(trx);
  await lookUpByKey(trx);
  return (await replayDue(trx, maxFills, rules)) ?? (await resolveDue(trx, maxFills, rules));
}

async function replayDue(trx: Trx, maxFills: number, rules: LedgerRules): Promise<LedgerStep | null> {
  const picked = await pickReplays(trx, maxFills);
  if (picked.length === 0) return null;
  const { applied } = await loadRanges(trx);
  const archived = await archivedUntil(trx);
  const plan = await planReplay(trx, await findCouplingUnits(trx, picked), applied, archived);
  const others = [...plan.units.values()].filter(({ marketKey }) => !picked.includes(marketKey));
  const markets = new Map([
    ...(await loadMarkets(
      trx,
      others.map(({ marketKey }) => marketKey),
      applied,
      false,
    )),
    ...(await loadMarkets(trx, picked, applied, true)),
  ]);
  const kept = (await loadMarketUnits(trx, picked, markets)).filter(
    (unit) => isSealed(unit, archived) || plan.fixed.has(unitKey(unit)),
  );
  const keptKeys = new Set(kept.map(unitKey));
  const replayed = await replay(trx, { markets: picked, units: others }, applied, markets, rules);
  const units = [...replayed.filter((unit) => !keptKeys.has(unitKey(unit))), ...rules.foldResolutions(kept, markets)];
  const before = await sql<{ wallet_key: number }>`
    DELETE FROM flow.unit WHERE market_key = ANY(${int4Array(picked)})
      AND (wallet_key, market_key) NOT IN (SELECT * FROM unnest(
        ${int4Array(kept.map((unit) => unit.walletKey))}, ${int4Array(kept.map((unit) => unit.marketKey))}))
    RETURNING wallet_key`.execute(trx);
  await saveUnits(trx, units);
  await markWallets(trx, [...before.rows.map((row) => row.wallet_key), ...units.map((unit) => unit.walletKey)]);
  await clearDue(trx, picked);
  return { fills: 0, units: units.length, replayed: replayed.length };
}

/** Units that know another resolution have their market replayed; those of a large market take several steps. */
async function resolveDue(trx: Trx, maxUnits: number, rules: LedgerRules): Promise<LedgerStep | null> {
  const { rows: due } = await sql<{ market_key: number }>`SELECT market_key FROM flow.ledger_due WHERE NOT is_replay
    ORDER BY market_key LIMIT ${MARKETS_PER_STEP}`.execute(trx);
  if (due.length === 0) return null;
  const keys = due.map((row) => row.market_key);
  const { applied } = await loadRanges(trx);
  const known = knownTo(applied);
  const markets = await loadMarkets(trx, keys, applied, false);
  const found = await loadUnresolved(trx, keys, known, maxUnits, markets);
  const replayed = new Set(found.filter(({ unit }) => unit.resolvedAt !== null).map(({ marketKey }) => marketKey));
  const units = rules.foldResolutions(
    found.filter(({ marketKey }) => !replayed.has(marketKey)),
    markets,
  );
  await saveResolved(trx, units);
  await markWallets(
    trx,
    units.map((unit) => unit.walletKey),
  );
  await sql`UPDATE flow.ledger_due SET is_replay = true WHERE market_key = ANY(${int4Array([...replayed])})`.execute(
    trx,
  );
  const done = found.length < maxUnits ? keys : await withoutUnresolved(trx, keys, known);
  await clearDue(
    trx,
    done.filter((key) => !replayed.has(key)),
  );
  return { fills: 0, units: units.length, replayed: 0 };
}

const MARKETS_PER_STEP = 100;

/** At least one market; more while their fills together stay below `maxFills`. */
async function pickReplays(trx: Trx, maxFills: number): Promise<readonly number[]> {
  const { rows } = await sql<{ market_key: number }>`
    SELECT market_key FROM (
      SELECT market_key, sum(size) OVER (ORDER BY market_key) AS size_so_far, row_number() OVER (ORDER BY market_key) AS place
      FROM (SELECT market_key,
          (SELECT count(*) FROM flow.token t JOIN flow.fill f USING (token_key) WHERE t.market_key = due.market_key) AS size
        FROM (SELECT market_key FROM flow.ledger_due WHERE is_replay ORDER BY market_key LIMIT ${MARKETS_PER_STEP}) due) sized
    ) running WHERE size_so_far <= ${maxFills} OR place = 1`.execute(trx);
  return rows.map((row) => row.market_key);
}

async function clearDue(trx: Trx, marketKeys: readonly number[]): Promise<void> {
  await sql`DELETE FROM flow.ledger_due WHERE market_key = ANY(${int4Array(marketKeys)})`.execute(trx);
}
