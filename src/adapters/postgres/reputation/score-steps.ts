/** The steps of scoring: which wallets, and their scores. */
import { sql, type Transaction } from "kysely";
import type { EdgePrior, EdgeSums } from "../../../core/reputation/edge.ts";
import { chooseScore } from "../../../core/reputation/score-source.ts";
import { settle, type WalletFacts, type WalletScore } from "../../../core/reputation/wallet-score.ts";
import { DAY_MS, type EpochMs } from "../../../core/time/time.ts";
import type { ScoreStep } from "../../../ports/reputation-store.ts";
import { int4Array, ts } from "../codecs.ts";
import { forgetLargest, sumDays, sumUnits } from "../migrations/0013_wallet_sums.ts";
import type { Schema } from "../schema.ts";
import { moveCrowd, publishedPrior } from "./edge-steps.ts";
import { loadImported } from "./imported-facts.ts";
import { lockLedger, lookUpByKey, shareLedger } from "./ledger-intake.ts";
import { loadDue, type PublishedRow } from "./score-facts.ts";
import { appendHistory, saveScores } from "./score-rows.ts";
import { closeRun, keepTiers, openRun } from "./tier-runs.ts";

type Trx = Transaction<Schema>;

export async function moveWindow(trx: Trx, cutoff: EpochMs, scoreVersion: number): Promise<void> {
  await lockLedger(trx);
  await openRun(trx);
  const state = await trx
    .selectFrom("flow.ledger_state")
    .select(["scored_cutoff", "score_version"])
    .executeTakeFirstOrThrow();
  if (state.scored_cutoff !== null) {
    // Either way: a longer lookback moves the cutoff back and lets units in again.
    const from = Math.min(state.scored_cutoff, cutoff) as EpochMs;
    const to = Math.max(state.scored_cutoff, cutoff) as EpochMs;
    await sql`INSERT INTO flow.score_due
      SELECT wallet_key FROM flow.unit WHERE closed_at > ${ts(from)} AND closed_at <= ${ts(to)}
      UNION SELECT wallet_key FROM flow.wallet_day
      WHERE epoch_day >= ${Math.floor(from / DAY_MS)} AND epoch_day < ${Math.floor(to / DAY_MS)}
      UNION SELECT wallet_key FROM flow.import_unit WHERE closed_at > ${ts(from)} AND closed_at <= ${ts(to)}
      ON CONFLICT DO NOTHING`.execute(trx);
  }
  await moveSums(trx, state.scored_cutoff, cutoff);
  if (state.score_version !== null && state.score_version !== scoreVersion) {
    await sql`INSERT INTO flow.score_due SELECT wallet_key FROM flow.wallet_score ON CONFLICT DO NOTHING`.execute(trx);
  }
  await sql`UPDATE flow.ledger_state SET scored_cutoff = ${ts(cutoff)}, score_version = ${scoreVersion}`.execute(trx);
}

/** Takes out of the wallets' sums what leaves the lookback, or puts in what it takes in again. */
async function moveSums(trx: Trx, before: EpochMs | null, cutoff: EpochMs): Promise<void> {
  const leaves = before === null || cutoff > before;
  const stamp = (at: EpochMs | null): string => (at === null ? "'-infinity'" : `'${new Date(at).toISOString()}'`);
  const [from, to] = leaves ? [stamp(before), stamp(cutoff)] : [stamp(cutoff), stamp(before)];
  const sign = leaves ? -1 : 1;
  const units = `SELECT *, ${sign} AS sign FROM flow.unit WHERE closed_at > ${from} AND closed_at <= ${to}`;
  if (leaves) await sql.raw(forgetLargest(units)).execute(trx);
  await sql.raw(sumUnits(units, "true", "0")).execute(trx);
  const days = [before, cutoff].map((at) => (at === null ? -1 : Math.floor(at / DAY_MS))).sort((a, b) => a - b);
  await sql
    .raw(
      sumDays(
        `SELECT *, ${sign} AS sign FROM flow.wallet_day WHERE epoch_day >= ${days[0]} AND epoch_day < ${days[1]}`,
      ),
    )
    .execute(trx);
}

/** Takes over what blocks have added to the wallets' days. */
async function addDays(trx: Trx, walletKeys: readonly number[]): Promise<void> {
  await sql`WITH added AS (
      DELETE FROM flow.wallet_day_added WHERE wallet_key = ANY(${int4Array(walletKeys)}) RETURNING *)
    INSERT INTO flow.wallet_day (wallet_key, epoch_day, fills, volume_micros, maker_volume_micros)
    SELECT wallet_key, epoch_day, sum(fills), sum(volume_micros), sum(maker_volume_micros) FROM added GROUP BY 1, 2
    ON CONFLICT (wallet_key, epoch_day) DO UPDATE SET fills = wallet_day.fills + excluded.fills,
      volume_micros = wallet_day.volume_micros + excluded.volume_micros,
      maker_volume_micros = wallet_day.maker_volume_micros + excluded.maker_volume_micros`.execute(trx);
}

/** Their score has to be calculated again. */
export async function markWallets(trx: Trx, walletKeys: Iterable<number>): Promise<void> {
  await sql`INSERT INTO flow.score_due SELECT * FROM unnest(${int4Array([...new Set(walletKeys)])})
    ON CONFLICT DO NOTHING`.execute(trx);
}

/** @returns null: nobody is due but who a step beside this one has taken */
export async function scoreDue(
  trx: Trx,
  maxWallets: number,
  cutoff: EpochMs,
  at: EpochMs,
  score: (facts: WalletFacts, prior: EdgePrior) => WalletScore,
): Promise<ScoreStep | null> {
  await shareLedger(trx);
  await lookUpByKey(trx);
  const keys = await takeDue(trx, maxWallets);
  if (keys.length === 0) return null;
  await addDays(trx, keys);
  const prior = await publishedPrior(trx);
  await keepTiers(trx, keys);
  const due = await loadDue(trx, keys, cutoff);
  const imported = await loadImported(trx, keys, cutoff, (facts) => score(facts, prior));
  const scored = due.map((wallet) => {
    const own = score(wallet.facts, prior);
    const now = settle(chooseScore(own, imported.get(wallet.facts.walletKey) ?? null), wallet.tierBefore);
    return { wallet, now, isKept: wallet.hasClosedUnit || now.source === "data-api" };
  });
  const kept = scored.filter(({ isKept }) => isKept);
  // A wallet whose only closed unit was reopened goes back to neutral; one that never had a row stays without.
  const gone = scored.filter(({ isKept, wallet }) => !isKept && wallet.published !== null);
  const changed = [...kept, ...gone].filter(({ now, wallet }) => isNews(now, wallet.published));
  await saveScores(
    trx,
    kept.map(({ now }) => now),
    at,
  );
  if (gone.length > 0) {
    const goneKeys = gone.map(({ now }) => now.facts.walletKey);
    await sql`DELETE FROM flow.wallet_score WHERE wallet_key = ANY(${int4Array(goneKeys)})`.execute(trx);
  }
  await appendHistory(
    trx,
    changed.map(({ now }) => now),
    at,
  );
  await moveCrowd(
    trx,
    due.flatMap(({ published }) => (published?.source === "chain" ? [publishedEdge(published)] : [])),
    kept.flatMap(({ now }) => (now.source === "data-api" ? [] : [now.facts.edge])),
  );
  return {
    scored: kept.length,
    changed: changed.length,
    newWhales: changed.flatMap(({ now, wallet }) =>
      now.tier !== "WHALE" || wallet.published?.trader_tier === "WHALE"
        ? []
        : [{ wallet: wallet.address, tier: now.tier, score: now.score.score, closedMarkets: now.facts.score.units }],
    ),
  };
}

/** Waits for the steps of others; one of them may have failed and left its wallets. @returns whether the run has ended */
export async function endRun(trx: Trx): Promise<boolean> {
  await lockLedger(trx);
  const due = await trx.selectFrom("flow.score_due").select("wallet_key").limit(1).executeTakeFirst();
  if (due !== undefined) return false;
  await closeRun(trx);
  return true;
}

/** Those that no step beside this one has taken. */
async function takeDue(trx: Trx, maxWallets: number): Promise<readonly number[]> {
  const { rows } = await sql<{ wallet_key: number }>`DELETE FROM flow.score_due WHERE wallet_key = ANY(ARRAY(
      SELECT wallet_key FROM flow.score_due ORDER BY wallet_key LIMIT ${maxWallets} FOR UPDATE SKIP LOCKED)) RETURNING wallet_key`.execute(
    trx,
  );
  return rows.map((row) => row.wallet_key).sort((a, b) => a - b);
}

const publishedEdge = (row: PublishedRow): EdgeSums => ({
  markets: Number(row.published_markets),
  sum: row.published_sum,
  sumOfSquares: BigInt(row.published_squares),
});

/** What a follower would act on has changed. */
const isNews = (now: WalletScore, before: PublishedRow | null): boolean =>
  before === null ||
  before.reputation_score !== now.score.score ||
  before.confidence_score !== now.score.confidence ||
  before.trader_tier !== now.tier ||
  before.ineligible_reason !== now.ineligibleReason ||
  before.score_version !== now.version ||
  before.source !== (now.source ?? "chain") ||
  before.published_markets !== BigInt(now.facts.edge.markets) ||
  before.published_sum !== now.facts.edge.sum ||
  before.published_squares !== now.facts.edge.sumOfSquares.toString();
