/** The steps of scoring: which wallets, and their scores. */
import { sql, type Transaction } from "kysely";
import type { EdgePrior } from "../../../core/reputation/edge.ts";
import { chooseScore } from "../../../core/reputation/score-source.ts";
import { settle, type WalletFacts, type WalletScore } from "../../../core/reputation/wallet-score.ts";
import { DAY_MS, type EpochMs } from "../../../core/time/time.ts";
import type { ScoreStep } from "../../../ports/reputation-store.ts";
import { int4Array, ts } from "../codecs.ts";
import { forgetLargest, sumDays, sumUnits } from "../migrations/0013_wallet_sums.ts";
import type { Schema } from "../schema.ts";
import { publishedPrior } from "./edge-steps.ts";
import { loadImported } from "./imported-facts.ts";
import { lockLedger } from "./ledger-intake.ts";
import { loadSums } from "./score-facts.ts";
import { appendHistory, saveScores } from "./score-rows.ts";
import { closeRun, openRun, tiersBefore } from "./tier-runs.ts";

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

export async function scoreDue(
  trx: Trx,
  maxWallets: number,
  cutoff: EpochMs,
  at: EpochMs,
  score: (facts: WalletFacts, prior: EdgePrior) => WalletScore,
): Promise<ScoreStep | null> {
  await lockLedger(trx);
  const due = await trx
    .selectFrom("flow.score_due")
    .select("wallet_key")
    .orderBy("wallet_key")
    .limit(maxWallets)
    .execute();
  if (due.length === 0) {
    await closeRun(trx);
    return null;
  }
  const keys = due.map((row) => row.wallet_key);
  await addDays(trx, keys);
  const prior = await publishedPrior(trx);
  const loaded = await loadSums(trx, keys, cutoff);
  const before = await loadPublished(trx, keys);
  const imported = await loadImported(trx, keys, cutoff, (facts) => score(facts, prior));
  const unsettled = loaded.map(({ facts }) => chooseScore(score(facts, prior), imported.get(facts.walletKey) ?? null));
  const tiers = await tiersBefore(trx, keys, unsettled[0]?.version ?? 0);
  const scores = unsettled.map((s) => settle(s, tiers.get(s.facts.walletKey) ?? null));
  const isKept = (s: WalletScore, i: number): boolean => loaded[i]?.hasClosedUnit === true || s.source === "data-api";
  const kept = scores.filter(isKept);
  // A wallet whose only closed unit was reopened goes back to neutral; one that never had a row stays without.
  const gone = scores.filter((s, i) => !isKept(s, i) && before.has(s.facts.walletKey));
  const changed = [...kept, ...gone].filter((s) => isNews(s, before.get(s.facts.walletKey)));
  await saveScores(trx, kept, at);
  await sql`DELETE FROM flow.wallet_score WHERE wallet_key = ANY(${int4Array(gone.map((s) => s.facts.walletKey))})`.execute(
    trx,
  );
  await appendHistory(trx, changed, at);
  await sql`DELETE FROM flow.score_due WHERE wallet_key = ANY(${int4Array(keys)})`.execute(trx);
  const addresses = new Map(loaded.map(({ facts, address }) => [facts.walletKey, address]));
  return {
    scored: kept.length,
    changed: changed.length,
    newWhales: changed.flatMap((s) => {
      const wallet = addresses.get(s.facts.walletKey);
      return s.tier !== "WHALE" || wallet === undefined || before.get(s.facts.walletKey)?.trader_tier === "WHALE"
        ? []
        : [{ wallet, tier: s.tier, score: s.score.score, closedMarkets: s.facts.score.units }];
    }),
  };
}

type Published = {
  wallet_key: number;
  reputation_score: number;
  confidence_score: number;
  trader_tier: string;
  ineligible_reason: string | null;
  score_version: number;
  source: string;
  edge_per_share: number | null;
  edge_lower_bound: number | null;
};

async function loadPublished(trx: Trx, walletKeys: readonly number[]): Promise<ReadonlyMap<number, Published>> {
  const { rows } = await sql<Published>`
    SELECT wallet_key, reputation_score, confidence_score, trader_tier, ineligible_reason, score_version,
      source, edge_per_share, edge_lower_bound
    FROM flow.wallet_score WHERE wallet_key = ANY(${int4Array(walletKeys)})`.execute(trx);
  return new Map(rows.map((row) => [row.wallet_key, row]));
}

/** What a follower would act on has changed. */
const isNews = (now: WalletScore, before: Published | undefined): boolean =>
  before === undefined ||
  before.reputation_score !== now.score.score ||
  before.confidence_score !== now.score.confidence ||
  before.trader_tier !== now.tier ||
  before.ineligible_reason !== now.ineligibleReason ||
  before.score_version !== now.version ||
  before.source !== (now.source ?? "chain") ||
  before.edge_per_share !== (now.edge?.perShare ?? null) ||
  before.edge_lower_bound !== (now.edge?.lowerBound ?? null);
