import { sql } from "kysely";
import type { MarketId, TokenId } from "../../core/ids/ids.ts";
import type { MarketInfo } from "../../core/market/market.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import { linkTokens } from "./chain-rows.ts";
import * as codec from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

type MarketInfoStore = Pick<
  ChainStore,
  "tokensWithoutMarket" | "marketsWithoutInfo" | "saveMarketInfo" | "markInfoMissing"
>;

/** The part of the chain store that deals with what Gamma says about markets. */
export function createMarketInfoStore(db: Database): MarketInfoStore {
  return {
    async tokensWithoutMarket(limit, checkedBefore) {
      const { rows } = await sql<{ token_id: string }>`
        SELECT token_id FROM flow.token
        WHERE market_key IS NULL AND (info_checked_at IS NULL OR info_checked_at < ${codec.ts(checkedBefore)})
        ORDER BY info_checked_at NULLS FIRST, token_key LIMIT ${limit}`.execute(db.kysely);
      return rows.map(({ token_id }) => token_id as TokenId);
    },

    async marketsWithoutInfo(limit, checkedBefore) {
      const { rows } = await sql<{ condition_id: string }>`
        SELECT condition_id FROM flow.market m
        WHERE NOT is_combo AND (info_checked_at IS NULL
          OR (info_checked_at < ${codec.ts(checkedBefore)} AND (title IS NULL OR NOT EXISTS (
            SELECT FROM flow.resolution r WHERE r.market_key = m.market_key AND r.known_at < m.info_checked_at))))
        ORDER BY info_checked_at NULLS FIRST, market_key DESC LIMIT ${limit}`.execute(db.kysely);
      return rows.map(({ condition_id }) => condition_id as MarketId);
    },

    async saveMarketInfo(infos, at) {
      if (infos.length === 0) return;
      await repeatableTransaction(db, async (trx) => {
        for (const info of infos) await upsertInfo(info, at).execute(trx);
        await linkTokens(trx, infos);
      });
    },

    async markInfoMissing(markets, tokens, at) {
      await repeatableTransaction(db, async (trx) => {
        await sql`UPDATE flow.market SET info_checked_at = ${codec.ts(at)}
          WHERE condition_id = ANY(${codec.bytesArray(markets)})`.execute(trx);
        await sql`UPDATE flow.token SET info_checked_at = ${codec.ts(at)}
          WHERE token_id = ANY(${codec.numericArray(tokens)})`.execute(trx);
      });
    },
  };
}

const upsertInfo = (info: MarketInfo, at: EpochMs) => sql`
  INSERT INTO flow.market (condition_id, neg_risk, title, slug, category, event_id, outcome_0, outcome_1, starts_at, ends_at,
    tick_size_micros, min_order_size_micros, fee_rate, fee_exponent, accepting_orders, info_checked_at)
  VALUES (${codec.bytes(info.marketId)}, ${info.negRisk}, ${info.title}, ${info.slug}, ${info.category}, ${info.eventId},
    ${info.outcomes[0]}, ${info.outcomes[1]}, ${codec.tsOrNull(info.startsAt)}, ${codec.tsOrNull(info.endsAt)},
    ${info.tickSize}, ${info.minOrderSize}, ${info.fee.rate}, ${info.fee.exponent}, ${info.acceptingOrders}, ${codec.ts(at)})
  ON CONFLICT (condition_id) DO UPDATE SET neg_risk = excluded.neg_risk, title = excluded.title, slug = excluded.slug,
    category = excluded.category, event_id = excluded.event_id, outcome_0 = excluded.outcome_0,
    outcome_1 = excluded.outcome_1, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    tick_size_micros = excluded.tick_size_micros, min_order_size_micros = excluded.min_order_size_micros,
    fee_rate = excluded.fee_rate, fee_exponent = excluded.fee_exponent, accepting_orders = excluded.accepting_orders,
    info_checked_at = excluded.info_checked_at`;
