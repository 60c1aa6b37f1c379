import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createCoverageStore } from "../../src/adapters/postgres/coverage-store.ts";
import { createReputationStore } from "../../src/adapters/postgres/reputation-store.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { proveCoverage } from "../../src/core/chain/coverage-proof.ts";
import { fromUnixSeconds } from "../../src/core/time/time.ts";
import type { LogSource } from "../../src/ports/log-source.ts";
import type { MarketCatalog } from "../../src/ports/market-catalog.ts";
import { backfill } from "../../src/services/listener/backfill.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import { verifyDeep } from "../../src/services/listener/verify-deep.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { emptyReputation } from "../support/empty-reputation.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createFakeChain, type FakeChain } from "../support/fake-chain.ts";
import { type JsonRpcNode, startJsonRpcNode } from "../support/json-rpc-node.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { simpleMatch } from "../support/sample-logs.ts";

const HEAD = 700;
const FINAL = 690;
const nothing = { infos: [], unreadable: [] };
const emptyCatalog: MarketCatalog = { byMarket: async () => nothing, byToken: async () => nothing };
const never = new AbortController().signal;

function aChain(): FakeChain {
  const chain = createFakeChain({ head: HEAD, finalized: FINAL });
  for (let block = 3; block <= HEAD; block += 3) chain.put(block, simpleMatch(`block ${block}`, 0));
  return chain;
}

describeOnEachEngine("history, read over HTTP from two endpoints with limits of their own", (getDb) => {
  let chain: FakeChain;
  let nodes: JsonRpcNode[];
  const logger = createQuietLogger();
  const config = { ...defaultListenerConfig, startBlocks: 40 };

  beforeEach(async () => {
    await emptyChain(getDb());
    await emptyReputation(getDb());
    chain = aChain();
    nodes = [await startJsonRpcNode(chain, { blocksMax: 100 }), await startJsonRpcNode(chain, { logsMax: 60 })];
  });
  afterEach(() => Promise.all(nodes.map((node) => node.stop())));

  const connect = (isSpread: boolean): Promise<LogSource> => {
    const urls = nodes.map(({ url }) => url);
    return connectPolygon({ urls, clock: createSystemClock(), random: Math.random, logger, isSpread }, never);
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  };
  const heldFills = async (db: Database): Promise<readonly string[]> =>
    (
      await sql<{ at: string }>`SELECT block_number || ':' || log_index || ':0x' || encode(tx_hash, 'hex') AS at
        FROM flow.fill ORDER BY block_number, log_index`.execute(db.kysely)
    ).rows.map(({ at }) => at);
  const expectedFills = (from: number, to: number): readonly string[] =>
    chain
      .logs(from, to)
      .filter(({ topics }) => topics.length === 4)
      .map((log) => `${log.blockNumber}:${log.logIndex}:${log.txHash}`);

  test("beside a running listener, every block is held once, proven, and given to the readers", async () => {
    const db = getDb();
    const clock = createManualClock(fromUnixSeconds((chain.block(HEAD)?.timestamp ?? 0) + 1));
    const stop = new AbortController();
    const listener = createListenerService({
      ...{ logSource: await connect(false), catalog: emptyCatalog, store: createChainStore(db), clock, logger, config },
    });
    const running = listener.run(stop.signal);
    const deps = {
      logSource: await connect(true),
      store: createChainStore(db),
      clock: createSystemClock(),
      logger,
      config,
    };
    const report = await backfill(deps, { fromBlock: 1, toBlock: FINAL, concurrency: 4 }, () => {}, never);
    await until(async () => listener.health().ready);
    stop.abort();
    await running;

    expect(report.missing).toEqual([]);
    expect(await heldFills(db)).toEqual(expectedFills(1, HEAD));
    const store = createCoverageStore(db);
    const range = { fromBlock: 1, toBlock: HEAD };
    const proof = proveCoverage(await store.coverage(), await store.parts(range), range);
    expect(proof).toMatchObject({ holes: [], unaccounted: [], brokenJoints: [], isComplete: true });
    // Followed from its beginning, the log of ingestion covers every block once.
    const { rows } = await sql<{ blocks: bigint; twice: bigint }>`
      SELECT sum(to_block - from_block + 1)::bigint AS blocks, (SELECT count(*) FROM flow.ingest a JOIN flow.ingest b
        ON a.seq < b.seq AND a.from_block <= b.to_block AND b.from_block <= a.to_block) AS twice
      FROM flow.ingest`.execute(db.kysely);
    expect(rows).toEqual([{ blocks: BigInt(HEAD), twice: 0n }]);
    await createReputationStore(db).takeIn(clock.nowMs());
    const ranges = await sql`SELECT min(from_block) AS first, max(to_block) AS last,
      sum(to_block - from_block + 1)::int AS blocks FROM flow.ledger_range`.execute(db.kysely);
    expect(ranges.rows).toEqual([{ first: 1, last: HEAD, blocks: HEAD }]);
  });

  test("history before it does not move where the listener begins, and its gap is not the listener's", async () => {
    const db = getDb();
    const clock = createManualClock(fromUnixSeconds((chain.block(HEAD)?.timestamp ?? 0) + 1));
    const deps = {
      logSource: await connect(true),
      store: createChainStore(db),
      clock: createSystemClock(),
      logger,
      config,
    };
    await backfill(deps, { fromBlock: 100, toBlock: 200, concurrency: 2 }, () => {}, never);
    const stop = new AbortController();
    const logSource = await connect(false);
    const listener = createListenerService({
      ...{ logSource, catalog: emptyCatalog, store: createChainStore(db), clock, logger, config },
    });
    const running = listener.run(stop.signal);
    await until(async () => listener.health().ready);
    stop.abort();
    await running;
    expect(await createCoverageStore(db).coverage()).toEqual([
      { fromBlock: 100, toBlock: 200 },
      { fromBlock: HEAD - 40, toBlock: HEAD },
    ]);
  });

  describe("verified deeply", () => {
    const range = { fromBlock: 1, toBlock: 600 };
    const verify = async () => {
      const deps = { logSource: await connect(false), store: createCoverageStore(getDb()), clock: createSystemClock() };
      return verifyDeep({ ...deps, random: () => 0.5 }, range, 1_000, () => {}, never);
    };
    beforeEach(async () => {
      const deps = { logSource: await connect(true), store: createChainStore(getDb()), clock: createSystemClock() };
      await backfill({ ...deps, logger, config }, { ...range, concurrency: 3 }, () => {}, never);
    });

    test("it is as held, read from another endpoint than the one that delivered it", async () => {
      const report = await verify();
      expect(report).toMatchObject({ blocks: 600, differences: [], excluded: [] });
      expect(report.independent).toBe(report.samples);
      expect(report.fills).toBe(expectedFills(1, 600).length);
    });

    test("every difference is named, and nothing is changed", async () => {
      const { kysely } = getDb();
      await sql`UPDATE flow.fill_packed SET size_micros = size_micros + 1 WHERE block_number = 30 AND log_index = 0`.execute(
        kysely,
      );
      await sql`DELETE FROM flow.fill_packed WHERE block_number = 60 AND log_index = 1`.execute(kysely);
      await sql`UPDATE flow.fill_packed SET log_index = 9 WHERE block_number = 90 AND log_index = 0`.execute(kysely);
      const wrong = `\\x${"99".repeat(32)}`;
      await sql`UPDATE flow.coverage_part SET last_hash = ${wrong}::bytea WHERE to_block = 600`.execute(kysely);
      const before = await heldFills(getDb());
      const { differences } = await verify();
      expect(differences.map(({ block, what }) => `${block} ${what}`).sort()).toEqual(
        ["30 fill 0 size", "60 fill 1", "90 fill 9", "90 fill 0", "600 hash"].sort(),
      );
      expect(differences.find(({ block }) => block === 30)).toMatchObject({ held: "10000001", read: "10000000" });
      expect(await heldFills(getDb())).toEqual(before);
    });

    test("what is not final or in the archive is left out and said", async () => {
      await sql`UPDATE flow.chain_state SET finalized_block = 500`.execute(getDb().kysely);
      const report = await verify();
      expect(report).toMatchObject({ blocks: 500, excluded: [{ fromBlock: 501, toBlock: 600 }] });
    });
  });
});
