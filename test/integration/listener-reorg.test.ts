import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { fromUnixSeconds } from "../../src/core/time/time.ts";
import type { MarketCatalog } from "../../src/ports/market-catalog.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createFakeChain, type FakeChain } from "../support/fake-chain.ts";
import { type JsonRpcNode, startJsonRpcNode } from "../support/json-rpc-node.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { simpleMatch } from "../support/sample-logs.ts";

// Goal: whatever the node does (replaces blocks, lies, loses the connection), the tables end up equal to the chain.
// Method: the whole service against a node over HTTP and WebSocket; the clock stands still except where a test moves it,
// so that what is read is read because of a hint.
const nothing = { infos: [], unreadable: [] };
const emptyCatalog: MarketCatalog = { byMarket: async () => nothing, byToken: async () => nothing };

describeOnEachEngine("the listener against a node that misbehaves", (getDb) => {
  let chain: FakeChain;
  let node: JsonRpcNode;
  let clock: ManualClock;
  let running: Promise<void>;
  const stop = new AbortController();
  const logger = createQuietLogger();

  beforeAll(async () => {
    chain = createFakeChain({ head: 200, finalized: 190 });
    for (let block = 185; block <= 200; block += 1) chain.put(block, simpleMatch(`block ${block}`, 0));
    node = await startJsonRpcNode(chain);
    clock = createManualClock(fromUnixSeconds((chain.block(200)?.timestamp ?? 0) + 1));
    const options = { urls: [node.url, node.wsUrl], clock: createSystemClock(), random: () => 0, logger };
    const logSource = await connectPolygon({ ...options, attemptsMax: 1 }, stop.signal);
    const config = { ...defaultListenerConfig, startBlocks: 30 };
    const store = createChainStore(getDb());
    running = createListenerService({ logSource, catalog: emptyCatalog, store, clock, logger, config }).run(
      stop.signal,
    );
    await settled(200);
    await until(async () => node.subscribers() === 1);
  });
  afterAll(async () => {
    stop.abort();
    await running;
    await node.stop();
  });

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  }
  const covered = async (): Promise<number> =>
    (await sql<{ to_block: number }>`SELECT to_block FROM flow.coverage`.execute(getDb().kysely)).rows.at(-1)
      ?.to_block ?? -1;
  /** Until the listener holds this block and both of its loops rest. */
  const settled = (block: number): Promise<void> =>
    until(async () => (await covered()) === block && clock.sleeping() === 2);

  async function expectEqualToChain(): Promise<void> {
    const { rows } = await sql<{ tx: string; at: string }>`
      SELECT '0x' || encode(tx_hash, 'hex') AS tx, block_number || ':' || log_index AS at
      FROM flow.fill ORDER BY block_number, log_index`.execute(getDb().kysely);
    const fills = chain.logs(0, chain.head()).filter(({ topics }) => topics.length === 4);
    expect(rows).toEqual(fills.map((log) => ({ tx: log.txHash, at: `${log.blockNumber}:${log.logIndex}` })));
  }

  test("a reorg of six blocks replaces exactly the orphaned fills", async () => {
    chain.reorg(6);
    chain.put(197, simpleMatch("instead", 0));
    chain.put(202, simpleMatch("new head", 0));
    node.announce();
    await settled(202);
    await expectEqualToChain();
    const { rows } = await sql`SELECT kind, from_block, to_block FROM flow.ingest WHERE kind = 'retract'`.execute(
      getDb().kysely,
    );
    expect(rows).toEqual([{ kind: "retract", from_block: 195, to_block: 200 }]);
  });

  test("a second reorg right after it, deeper than what is new, does as well", async () => {
    chain.reorg(9);
    for (let block = 194; block <= 203; block += 1) chain.put(block, simpleMatch(`again ${block}`, 1));
    node.announce();
    await settled(203);
    await expectEqualToChain();
  });

  type Lie = (log: Record<string, unknown>) => Record<string, unknown>;
  const lies: [string, Lie][] = [
    ["logs of another address", (log) => ({ ...log, address: `0x${"99".repeat(20)}` })],
    ["logs of another block", (log) => ({ ...log, blockHash: `0x${"99".repeat(32)}` })],
    ["logs that are cut off", (log) => ({ ...log, data: undefined })],
  ];
  test.each(lies)("%s are not stored; once the node is honest again, nothing is missing", async (_what, lie) => {
    const head = chain.head() + 1;
    chain.put(head, simpleMatch(`under a lie ${head}`, 0));
    node.tamper.logs = (logs) => logs.map(lie);
    node.announce();
    const failures = logger.lines.length;
    await until(async () => logger.lines.slice(failures).some(({ message }) => message === "reading failed"));
    expect(await covered()).toBe(head - 1);
    delete node.tamper.logs;
    await clock.advance(2_000);
    await settled(head);
    await expectEqualToChain();
  });

  test("without a subscription it goes on by looking now and then", async () => {
    node.dropConnections();
    chain.put(chain.head() + 3, simpleMatch("unannounced", 0));
    await clock.advance(defaultListenerConfig.pollMs);
    await settled(chain.head());
    await expectEqualToChain();
  });

  test("blocks that came while the connection was lost are all read, and none of them is announced", async () => {
    await until(async () => node.subscribers() === 1);
    node.dropConnections();
    const lost = chain.head() + 1;
    for (let block = lost; block < lost + 8; block += 2) chain.put(block, simpleMatch(`missed ${block}`, 0));
    await until(async () => node.subscribers() === 0);
    await until(async () => node.subscribers() === 1);
    await settled(chain.head());
    await expectEqualToChain();
  });
});
