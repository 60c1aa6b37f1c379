/** Reading back what attribution needs to know of earlier blocks. */
import { sql } from "kysely";
import type { NegRiskMarketFacts } from "../../core/chain/neg-risk-conversion.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { ChainStore } from "../../ports/chain-store.ts";
import * as codec from "./codecs.ts";
import type { Database } from "./connect.ts";

export function createFactsReader(db: Database): Pick<ChainStore, "lifecycleFacts" | "contracts"> {
  return {
    async lifecycleFacts({ negRiskMarkets, protocolEvents, beforeBlock }) {
      const known = new Map<string, NegRiskMarketFacts>();
      if (negRiskMarkets.length > 0) {
        const { rows } = await sql<{ id: string; fee_bips: number; questions: number }>`
          SELECT n.neg_risk_market_id AS id, n.fee_bips, (SELECT count(*)::int FROM flow.neg_risk_question q
            WHERE q.neg_risk_market_id = n.neg_risk_market_id AND q.block_number < ${beforeBlock}) AS questions
          FROM flow.neg_risk_market n
          WHERE n.neg_risk_market_id = ANY(${codec.bytesArray(negRiskMarkets)}) AND n.prepared_block < ${beforeBlock}
            AND EXISTS (SELECT FROM flow.lifecycle_coverage c
              WHERE c.from_block <= n.prepared_block AND c.to_block >= ${beforeBlock - 1})`.execute(db.kysely);
        for (const row of rows) known.set(row.id, { questionCount: row.questions, feeBips: BigInt(row.fee_bips) });
      }
      const migrated = new Set<string>();
      if (protocolEvents.length > 0) {
        const { rows } = await sql<{ event_id: string }>`SELECT event_id FROM flow.protocol_event
          WHERE is_migrated AND event_id = ANY(${codec.bytesArray(protocolEvents)})`.execute(db.kysely);
        for (const row of rows) migrated.add(row.event_id);
      }
      return { negRiskMarkets: known, migratedEvents: migrated };
    },

    async contracts() {
      const upgrades = await db.kysely
        .selectFrom("flow.contract_upgrade")
        .selectAll()
        .orderBy("block_number")
        .execute();
      const halts = await db.kysely.selectFrom("flow.contract_halt").selectAll().execute();
      return {
        upgrades: upgrades.map((row) => ({
          blockNumber: row.block_number,
          logIndex: row.log_index,
          address: row.address as string as Address,
          implementation: row.implementation as string as Address,
          upgradedAt: row.upgraded_at,
        })),
        halts: halts.map((row) => ({
          address: row.address as string as Address,
          fromBlock: row.from_block,
          reason: row.reason,
        })),
      };
    },
  };
}
