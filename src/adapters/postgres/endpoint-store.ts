import { sql } from "kysely";
import type { EpochMs } from "../../core/time/time.ts";
import type { EndpointStore } from "../../ports/endpoint-store.ts";
import type { EndpointHealth } from "../../ports/log-source.ts";
import { json, textArray, ts } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

export const createEndpointStore = (db: Database): EndpointStore => ({
  save: (endpoints, measuredAt) =>
    repeatableTransaction(db, async (trx) => {
      const names = endpoints.map(({ name }) => name);
      await sql`DELETE FROM flow.endpoint WHERE name <> ALL(${textArray(names)})`.execute(trx);
      for (const [place, health] of endpoints.entries()) {
        await sql`INSERT INTO flow.endpoint (name, place, health, measured_at)
          VALUES (${health.name}, ${place}::int, ${json(health)}, ${ts(measuredAt)})
          ON CONFLICT (name) DO UPDATE SET place = excluded.place, health = excluded.health,
            measured_at = excluded.measured_at`.execute(trx);
      }
    }),
});

export type MeasuredEndpoint = EndpointHealth & { readonly measuredAt: EpochMs };

/** In the order of the configuration, as the listener last measured them. */
export async function readEndpoints({ kysely }: Database): Promise<readonly MeasuredEndpoint[]> {
  const rows = await kysely.selectFrom("flow.endpoint").selectAll().orderBy("place").execute();
  return rows.map(({ health, measured_at }) => ({ ...health, measuredAt: measured_at }));
}

export type CoverageSummary = {
  /** Null: nothing is covered. */
  readonly fromBlock: number | null;
  readonly toBlock: number | null;
  readonly blocks: bigint;
  readonly holes: bigint;
  readonly missingBlocks: bigint;
  readonly unbrokenFromBlock: number | null;
};

export async function readCoverageSummary({ kysely }: Database): Promise<CoverageSummary> {
  const { rows } = await sql<CoverageSummary>`
    SELECT from_block AS "fromBlock", to_block AS "toBlock", blocks, holes, missing_blocks AS "missingBlocks",
      unbroken_from_block AS "unbrokenFromBlock" FROM flow.coverage_summary`.execute(kysely);
  const [row] = rows;
  if (row === undefined) throw new Error("flow.chain_state has lost its row");
  return row;
}

export type HintLead = {
  readonly source: string;
  readonly hints: bigint;
  readonly matched: bigint;
  /** Milliseconds by which hints came before the log: tenth, fiftieth, ninetieth percentile. */
  readonly leadMs: readonly (number | null)[] | null;
};

export async function readHintLeads({ kysely }: Database): Promise<readonly HintLead[]> {
  const { rows } = await sql<HintLead>`
    SELECT source, hints, matched, lead_ms_p10_p50_p90 AS "leadMs" FROM flow.hint_lead ORDER BY source`.execute(kysely);
  return rows;
}
