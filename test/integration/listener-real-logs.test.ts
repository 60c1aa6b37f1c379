import { existsSync, readFileSync } from "node:fs";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { parseAddress, parseTxHash } from "../../src/core/ids/ids.ts";
import { fromUnixSeconds } from "../../src/core/time/time.ts";
import { createIngestor, type Ingestor, type StepResult } from "../../src/services/listener/ingestor.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createFakeChain, type FakeChain, type PlacedLog } from "../support/fake-chain.ts";
import { type JsonRpcNode, startJsonRpcNode } from "../support/json-rpc-node.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

// Goal: the real listener, fed by a node with real logs of both V1 exchanges, holds exactly what the chain says.
// Method: a local node that caps its answers serves the recorded file; the listener is stopped half-way and started
// anew; then the tables are compared with sums made here from the file's hex, by arithmetic of their own.
const file = new URL("../../../shared/data/polygon-v1-logs-2025-12-18.json", import.meta.url);
const isThere = existsSync(file);

type FileLog = {
  address: string;
  topics: [string, string, string, string?];
  data: string;
  blockNumber: string;
  blockHash: string;
  transactionHash: string;
  transactionIndex: string;
  logIndex: string;
};
const recorded: FileLog[] = isThere ? JSON.parse(readFileSync(file, "utf8")) : [];
const FILL = "0xd0a08e8c493f9c94f29311604c9de1b4e8c8d4c06bd0c789af57f2d65bfec0f6";
const fillLogs = recorded.filter(({ topics }) => topics[0] === FILL);
const matchLogs = recorded.filter(({ topics }) => topics[0] !== FILL);
const word = ({ data }: FileLog, index: number): bigint => BigInt(`0x${data.slice(2 + 64 * index, 66 + 64 * index)}`);
const keyOf = (log: FileLog): string => `${Number(log.blockNumber)}:${Number(log.logIndex)}`;

const FIRST = 80_462_510;
const HEAD = 80_505_749;
const never = new AbortController().signal;

function recordedChain(): FakeChain {
  const hashes = new Map(recorded.map((log) => [Number(log.blockNumber), log.blockHash]));
  const chain = createFakeChain({ head: HEAD, finalized: HEAD - 4, hashes, genesis: 1_605_000_000 });
  for (const log of recorded) {
    const placed: PlacedLog = {
      address: parseAddress(log.address),
      topics: log.topics.filter((topic) => topic !== undefined),
      data: log.data,
      txHash: parseTxHash(log.transactionHash),
      txIndex: Number(log.transactionIndex),
      logIndex: Number(log.logIndex),
    };
    chain.put(Number(log.blockNumber), [placed]);
  }
  return chain;
}

/** Steps until `isDone`, or until everything is covered. */
async function drive(ingestor: Ingestor, isDone: (step: StepResult) => boolean): Promise<StepResult[]> {
  const steps: StepResult[] = [await ingestor.open(never)];
  for (let step = await ingestor.step(never, null); step.kind !== "idle"; step = await ingestor.step(never, null)) {
    steps.push(step);
    if (isDone(step)) break;
  }
  return steps;
}

describe.skipIf(!isThere)("the listener on recorded logs (needs the recorded data)", () => {
  let node: JsonRpcNode;
  let chain: FakeChain;
  beforeAll(async () => {
    chain = recordedChain();
    node = await startJsonRpcNode(chain, { blocksMax: 5_000, logsMax: 300, batchMax: 10 });
  });
  afterAll(() => node.stop());

  describeOnEachEngine("from a node over HTTP into a database", (getDb: () => Database) => {
    const clock = createManualClock(
      fromUnixSeconds((createFakeChain({ head: HEAD, genesis: 1_605_000_000 }).block(HEAD)?.timestamp ?? 0) + 1),
    );
    async function newListener(): Promise<Ingestor> {
      const logSource = await connectPolygon(
        { urls: [node.url], clock: createSystemClock(), random: () => 0, logger: createQuietLogger() },
        never,
      );
      const config = { ...defaultListenerConfig, startBlock: FIRST, rangeBlocks: 1_000, rangeBlocksMax: 8_000 };
      return createIngestor({ logSource, store: createChainStore(getDb()), clock, config });
    }
    const count = async (from: string): Promise<number> =>
      Number(
        (await sql<{ n: string }>`SELECT count(*)::text AS n FROM ${sql.raw(from)}`.execute(getDb().kysely)).rows[0]?.n,
      );

    beforeAll(async () => {
      const first = await drive(
        await newListener(),
        (step) => step.kind === "extended" && step.record.fills.length > 0,
      );
      expect(first.at(-1)).toMatchObject({ kind: "extended" });
      expect(await count("flow.fill")).toBeGreaterThan(0);
      expect(await count("flow.fill")).toBeLessThan(fillLogs.length);
      const second = await drive(await newListener(), () => false);
      expect(second.some(({ kind }) => kind === "shrunk")).toBe(true);
    });

    test("784 fills are there, each once, though the listener was stopped in the middle", async () => {
      expect(fillLogs).toHaveLength(784);
      const { rows } = await sql<{ block_number: number; log_index: number }>`
        SELECT block_number, log_index FROM flow.fill ORDER BY 1, 2`.execute(getDb().kysely);
      const stored = rows.map(({ block_number, log_index }) => `${block_number}:${log_index}`);
      expect(stored.sort()).toEqual(fillLogs.map(keyOf).sort());
    });

    test("each fill has the wallet, side, token, size, cash and fee of its log", async () => {
      type Row = {
        at: string;
        wallet: string;
        is_sell: boolean;
        token: string;
        size: string;
        cash: string;
        fee: string;
      };
      const { rows } = await sql<Row>`
        SELECT f.block_number || ':' || f.log_index AS at, encode(w.address, 'hex') AS wallet, f.is_sell,
          t.token_id::text AS token, f.size_micros::text AS size, f.cash_micros::text AS cash, f.fee_micros::text AS fee
        FROM flow.fill f JOIN flow.wallet w USING (wallet_key) JOIN flow.token t USING (token_key)
        ORDER BY f.block_number, f.log_index`.execute(getDb().kysely);
      const expected = fillLogs.map((log): Row => {
        const isSell = word(log, 0) !== 0n;
        const [given, received] = [word(log, 2), word(log, 3)];
        return {
          at: keyOf(log),
          wallet: log.topics[2].slice(26),
          is_sell: isSell,
          token: (isSell ? word(log, 0) : word(log, 1)).toString(),
          size: (isSell ? given : received).toString(),
          cash: (isSell ? received : given).toString(),
          fee: word(log, 4).toString(),
        };
      });
      const byPlace = (a: Row, b: Row): number => (a.at < b.at ? -1 : 1);
      expect([...rows].sort(byPlace)).toEqual(expected.sort(byPlace));
    });

    test("316 matches: 306 taker legs equal their summary, the 10 cut ones and one with a leg missing are quarantined", async () => {
      expect(matchLogs).toHaveLength(316);
      type Row = { order_hash: string; tx_hash: string; size: string; cash: string };
      const { rows } = await sql<Row>`
        SELECT encode(order_hash, 'hex') AS order_hash, encode(tx_hash, 'hex') AS tx_hash,
          size_micros::text AS size, cash_micros::text AS cash FROM flow.fill WHERE NOT is_maker`.execute(
        getDb().kysely,
      );
      const takers = new Map(rows.map((row) => [`${row.tx_hash}${row.order_hash}`, row]));
      const equal = matchLogs.filter((log) => {
        const taker = takers.get(log.transactionHash.slice(2) + log.topics[1].slice(2));
        const isBuy = word(log, 0) === 0n;
        const [size, cash] = isBuy ? [word(log, 3), word(log, 2)] : [word(log, 2), word(log, 3)];
        return taker !== undefined && taker.size === size.toString() && taker.cash === cash.toString();
      });
      expect(equal).toHaveLength(306);
      const quarantined = await sql<{ tx: string; reason: string }>`
        SELECT DISTINCT log->>'txHash' AS tx, reason FROM flow.quarantine`.execute(getDb().kysely);
      const cut = quarantined.rows.filter(({ reason }) => reason === "MATCH_WITHOUT_TAKER_LEG");
      const short = quarantined.rows.filter(({ reason }) => reason === "AMOUNTS_OF_LEGS_DISAGREE");
      expect([cut.length, short.length]).toEqual([10, 1]);
      expect(new Set(quarantined.rows.map(({ tx }) => tx)).size).toBe(11);
    });

    test("every maker leg names a taker leg of its own transaction, save those of cut matches", async () => {
      const orphans = await count("flow.fill f WHERE match_log_index < 0");
      const joined = await count(`flow.fill m JOIN flow.fill t ON t.block_number = m.block_number
        AND t.log_index = m.match_log_index AND t.tx_hash = m.tx_hash AND NOT t.is_maker
        AND t.wallet_key = CASE WHEN m.is_maker THEN m.counterparty_key ELSE m.wallet_key END`);
      const cut = await count("flow.quarantine WHERE reason = 'MAKER_LEG_WITHOUT_TAKER_LEG'");
      expect([orphans, joined]).toEqual([cut, fillLogs.length - cut]);
    });

    test("the whole range is covered, once, and final up to where the chain is", async () => {
      const { rows } = await sql`SELECT from_block, to_block FROM flow.coverage`.execute(getDb().kysely);
      expect(rows).toEqual([{ from_block: FIRST, to_block: HEAD }]);
      const state = await sql<{ finalized_block: number }>`SELECT finalized_block FROM flow.chain_state`.execute(
        getDb().kysely,
      );
      expect(state.rows[0]?.finalized_block).toBe(chain.finalized());
    });

    test("history counts as known three seconds after its block", async () => {
      const history = "flow.fill WHERE block_number < 80470000 AND known_delay_ms <> 3000";
      expect(await count(history)).toBe(0);
    });
  });
});
