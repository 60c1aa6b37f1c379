import { sql, type Transaction } from "kysely";
import type { WalletFacts, WalletScore } from "../../../core/reputation/wallet-score.ts";
import type { EpochMs } from "../../../core/time/time.ts";
import { int4Array } from "../codecs.ts";
import type { Schema } from "../schema.ts";
import { type FactsTables, loadFacts } from "./score-facts.ts";

export const IMPORTED: FactsTables = { units: sql.table("flow.import_unit"), days: sql.table("flow.import_day") };

/** The scores that imported units alone would give, of those among the wallets that have some. */
export async function loadImported(
  trx: Transaction<Schema>,
  walletKeys: readonly number[],
  cutoff: EpochMs,
  score: (facts: WalletFacts) => WalletScore,
): Promise<ReadonlyMap<number, WalletScore>> {
  const { rows } = await sql<{ wallet_key: number }>`
    SELECT wallet_key FROM flow.import_wallet
    WHERE state = 'DONE' AND wallet_key = ANY(${int4Array(walletKeys)})`.execute(trx);
  if (rows.length === 0) return new Map();
  const loaded = await loadFacts(
    trx,
    rows.map((row) => row.wallet_key),
    cutoff,
    IMPORTED,
  );
  return new Map(loaded.map(({ facts }) => [facts.walletKey, score(facts)]));
}
