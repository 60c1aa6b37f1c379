import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createAlertOutbox } from "../../src/adapters/postgres/alert-outbox.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { ProviderInconsistencyError } from "../../src/core/errors.ts";
import { parseTxHash } from "../../src/core/ids/ids.ts";
import { usd } from "../../src/core/money/amounts.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import * as facts from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const { aBlock, aFill, aRecord, blockTime, marketNo, preparedMarket, resolved, tokenNo, walletNo } = facts;

describeOnEachEngine("chain store", (getDb) => {
  let store: ChainStore;

  beforeEach(async () => {
    await emptyChain(getDb());
    store = createChainStore(getDb());
  });

  const trades = async (): Promise<Record<string, unknown>[]> =>
    (await sql<Record<string, unknown>>`SELECT * FROM orderflow_trades ORDER BY id`.execute(getDb().kysely)).rows;
  const ingest = async (): Promise<unknown[]> =>
    (await sql`SELECT kind, from_block, to_block FROM flow.ingest ORDER BY seq`.execute(getDb().kysely)).rows;

  test("a fill is stored whole and shows under the users' names", async () => {
    const txHash = parseTxHash(`0x${"ab".repeat(32)}`);
    const stored = aFill({
      ...{
        blockNumber: 90_000_123,
        logIndex: 456,
        txHash,
        exchange: facts.V1,
        exchangeVersion: 1,
        wallet: walletNo(1),
      },
      ...{
        counterparty: walletNo(2),
        role: "maker",
        side: "BUY",
        tokenId: tokenNo(1),
        fee: 2_000_000n,
        feeAsset: "shares",
      },
      matchLogIndex: 460,
    });
    await store.extend(aRecord(90_000_123, 90_000_123, { fills: [stored], markets: [preparedMarket(0, 90_000_123)] }));
    const [trade] = await trades();
    expect(trade).toMatchObject({
      id: 90_000_123_000_456n,
      tx_hash: txHash,
      log_index: 456,
      block_number: 90_000_123,
      timestamp: blockTime(90_000_123),
      exchange: facts.V1,
      exchange_version: 1,
      order_hash: stored.fill.orderHash,
      wallet_address: walletNo(1),
      counterparty: walletNo(2),
      is_maker: true,
      market_id: marketNo(0),
      market_title: null,
      token_id: tokenNo(1),
      outcome: "No",
      outcome_index: 1,
      side: "BUY",
      price: "0.400000",
      size: "10.000000",
      usd_amount: "4.000000",
      fee_usd: "0.800000",
      match_id: "90000123-460",
      is_final: false,
      known_at: blockTime(90_000_123) + 1_234,
    });
  });

  test("has one listener at a time, whoever archives or sends alerts beside it", async () => {
    const store = createChainStore(getDb());
    const others = [createArchiveStore(getDb()).lock, () => createAlertOutbox(getDb()).tryLock(() => {})];
    const releases = await Promise.all([store.tryLock(() => {}), ...others.map((lock) => lock())]);
    expect(releases).not.toContain(null);
    expect(await createChainStore(getDb()).tryLock(() => {})).toBeNull();
    for (const release of releases) await release?.();
    const next = await store.tryLock(() => {});
    expect(next).not.toBeNull();
    await next?.();
  });

  test("what is already covered is not written again, and only the new part is announced", async () => {
    const fills = [10, 11, 12, 13].map((blockNumber) => aFill({ blockNumber }));
    expect(await store.extend(aRecord(11, 12, { fills: fills.slice(1, 3) }))).toEqual({ fills: 2 });
    expect(await store.extend(aRecord(11, 12, { fills: fills.slice(1, 3) }))).toEqual({ fills: 0 });
    expect(await store.extend(aRecord(10, 13, { fills }))).toEqual({ fills: 2 });
    expect((await trades()).map(({ block_number }) => block_number)).toEqual([10, 11, 12, 13]);
    expect(await ingest()).toEqual([
      { kind: "extend", from_block: 11, to_block: 12 },
      { kind: "extend", from_block: 10, to_block: 10 },
      { kind: "extend", from_block: 13, to_block: 13 },
    ]);
  });

  test("neighbouring ranges become one range of coverage, others stay apart", async () => {
    await store.extend(aRecord(10, 19));
    await store.extend(aRecord(30, 39));
    await store.extend(aRecord(20, 24));
    expect(await store.coverage()).toEqual([
      { fromBlock: 10, toBlock: 24 },
      { fromBlock: 30, toBlock: 39 },
    ]);
    await store.extend(aRecord(15, 50));
    expect(await store.coverage()).toEqual([{ fromBlock: 10, toBlock: 50 }]);
  });

  test("a range that fails leaves nothing behind, and is taken afterwards", async () => {
    const fills = [aFill({ wallet: walletNo(77), tokenId: tokenNo(77) })];
    const twice = [...fills, ...fills];
    await expect(store.extend(aRecord(1, 1, { fills: twice, markets: [preparedMarket(5, 1)] }))).rejects.toThrow();
    expect(await store.coverage()).toEqual([]);
    expect(await ingest()).toEqual([]);
    expect(await store.extend(aRecord(1, 1, { fills }))).toEqual({ fills: 1 });
    expect(await trades()).toMatchObject([{ wallet_address: walletNo(77), token_id: tokenNo(77), market_id: null }]);
  });

  test("rows outside of the range they are recorded under are refused", async () => {
    await expect(store.extend(aRecord(1, 2, { fills: [aFill({ blockNumber: 3 })] }))).rejects.toThrow(/own range/);
    expect(await trades()).toEqual([]);
  });

  test("fills of both sides of a partition's edge are stored", async () => {
    const fills = [49_999, 50_000, 100_000].map((blockNumber) => aFill({ blockNumber }));
    await store.extend(aRecord(49_000, 100_001, { fills }));
    expect((await trades()).map(({ block_number }) => block_number)).toEqual([49_999, 50_000, 100_000]);
  });

  test("after a reorg nothing above the last good block is left, and the new blocks can be taken", async () => {
    await store.extend(
      aRecord(1, 5, {
        blocks: [1, 2, 3, 4, 5].map((block) => aBlock(block)),
        fills: [1, 3, 5].map((blockNumber) => aFill({ blockNumber, cash: usd(BigInt(blockNumber)) })),
        markets: [preparedMarket(1, 2), preparedMarket(2, 4)],
        resolutions: [resolved(1, [1n, 0n], 5)],
      }),
    );
    await store.retract(3, blockTime(6));
    expect((await trades()).map(({ block_number }) => block_number)).toEqual([1, 3]);
    expect(await store.coverage()).toEqual([{ fromBlock: 1, toBlock: 3 }]);
    expect((await store.recentBlocks(10)).map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(await ingest()).toEqual([
      { kind: "extend", from_block: 1, to_block: 5 },
      { kind: "retract", from_block: 4, to_block: 5 },
    ]);
    const { rows } = await sql`SELECT total_trades, volume_micros, first_trade_at, last_trade_at
      FROM flow.wallet_activity`.execute(getDb().kysely);
    expect(rows).toEqual([
      { total_trades: 2n, volume_micros: "4", first_trade_at: blockTime(1), last_trade_at: blockTime(3) },
    ]);
    expect(await store.extend(aRecord(4, 5, { blocks: [aBlock(4, 1), aBlock(5, 1)] }))).toEqual({ fills: 0 });
    expect((await store.recentBlocks(2)).map(({ hash }) => hash)).toEqual([
      facts.blockHash(5, 1),
      facts.blockHash(4, 1),
    ]);
    const outcomes = await sql`SELECT resolved_at FROM orderflow_market_outcomes`.execute(getDb().kysely);
    expect(outcomes.rows).toEqual([{ resolved_at: null }, { resolved_at: null }]);
  });

  test("a reorg below the finalized block is a lie of the provider", async () => {
    await store.extend(aRecord(1, 9));
    await store.finalize(5, 9, blockTime(9));
    await expect(store.retract(4, blockTime(9))).rejects.toThrow(ProviderInconsistencyError);
    expect(await store.coverage()).toEqual([{ fromBlock: 1, toBlock: 9 }]);
  });

  test("the finalized mark moves forward only, makes fills final, and old block hashes are forgotten", async () => {
    const blocks = Array.from({ length: 1_000 }, (_, index) => aBlock(index));
    await store.extend(aRecord(0, 999, { blocks, fills: [500, 501].map((blockNumber) => aFill({ blockNumber })) }));
    await store.finalize(500, 999, blockTime(999));
    await store.finalize(400, 1_000, blockTime(1_000));
    expect((await trades()).map(({ is_final }) => is_final)).toEqual([true, false]);
    const remembered = await store.recentBlocks(10_000);
    expect(remembered[0]).toEqual(aBlock(999));
    expect(remembered.at(-1)?.number).toBe(500 - 256);
  });

  test("the mark moves with the range that makes it known, or neither is written; it moves although the range is held", async () => {
    const mark = { finalizedBlock: 7, headBlock: 9 };
    const unfinal = aRecord(0, 9, { blocks: [aBlock(9)], finalizedBlock: 7 });
    await store.finalize(5, 9, blockTime(9));
    await expect(store.extend({ ...unfinal, finalizedBlock: 4 }, mark)).rejects.toMatchObject({
      code: "RANGE_NOT_FINAL",
    });
    expect(await store.finalizedBlock()).toBe(5);
    await store.extend(unfinal, mark);
    expect(await store.finalizedBlock()).toBe(7);
    await store.extend(unfinal, { ...mark, finalizedBlock: 8 });
    expect(await store.finalizedBlock()).toBe(8);
  });

  test("who reads history moves the mark up to the first block above it that is remembered, and no further", async () => {
    await store.extend(aRecord(0, 9, { blocks: [aBlock(9)] }));
    await store.settle(8, blockTime(9));
    expect(await store.finalizedBlock()).toBe(8);
    await store.settle(20, blockTime(20));
    expect(await store.finalizedBlock()).toBe(8);
    await store.finalize(9, 9, blockTime(9));
    await store.settle(20, blockTime(20));
    expect(await store.finalizedBlock()).toBe(20);
  });

  test("blocks up to the mark are taken only from a node that holds them for final", async () => {
    await store.finalize(10, 10, blockTime(10));
    for (const finalizedBlock of [-1, 9]) {
      const record = aRecord(8, 12, { finalizedBlock });
      await expect(store.extend(record)).rejects.toMatchObject({ code: "RANGE_NOT_FINAL" });
    }
    expect(await store.coverage()).toEqual([]);
    await store.extend(aRecord(8, 12, { finalizedBlock: 10 }));
    await store.extend(aRecord(5, 7, { finalizedBlock: 7 }));
    await store.extend(aRecord(13, 14));
    expect(await store.coverage()).toEqual([{ fromBlock: 5, toBlock: 14 }]);
  });

  test("an undecodable log is kept", async () => {
    const { txHash } = aFill().fill;
    const log = { address: facts.V2, topics: ["0x01"], data: "0x", blockNumber: 1, blockHash: facts.blockHash(1) };
    const quarantined = [{ log: { ...log, txHash, txIndex: 3, logIndex: 7 }, reason: "data too short" }];
    await store.extend(aRecord(1, 1, { quarantined }));
    await store.extend(aRecord(1, 1, { quarantined }));
    const { rows } = await sql`SELECT * FROM flow.quarantine`.execute(getDb().kysely);
    expect(rows).toEqual([
      { block_number: 1, log_index: 7, reason: "data too short", log: expect.objectContaining({ topics: ["0x01"] }) },
    ]);
  });

  test("a delay is never stored shorter than it was", async () => {
    const long = 40 * 24 * 3_600_000 + 1;
    const { fill, occurredAt } = aFill();
    await store.extend(aRecord(1, 1, { fills: [{ fill, occurredAt, knownAt: epochMs(occurredAt + long) }] }));
    const knownAt = Number((await trades())[0]?.known_at);
    expect(knownAt).toBeGreaterThanOrEqual(occurredAt + long);
    expect(knownAt).toBeLessThan(occurredAt + long + 1_000);
  });

  test("every new range is hinted at after it can be read", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const stop = await getDb().wake.listen("orderflow_chain", () => {
      resolve(trades().then((rows) => rows.length));
    });
    await store.extend(aRecord(1, 1, { fills: [aFill()] }));
    expect(await promise).toBe(1);
    await stop();
  });

  test("whoever waits for a range is told when it is being written, before it is", async () => {
    const told: string[] = [];
    const fills = [aFill()];
    const failing = store.extend(aRecord(1, 1, { fills: [...fills, ...fills] }), null, () => told.push("failing"));
    await expect(failing).rejects.toThrow();
    await store.extend(aRecord(1, 1, { fills }), null, () => told.push("writing")).then(() => told.push("written"));
    expect(told).toEqual(["failing", "writing", "written"]);
  });

  test("the exchanges of the decoder are those of the table", async () => {
    const { EXCHANGES } = await import("../../src/core/chain/contracts.ts");
    const { rows } = await sql`SELECT address, version, name FROM flow.exchange ORDER BY exchange_key`.execute(
      getDb().kysely,
    );
    expect(rows).toEqual(EXCHANGES.map(({ address, version, name }) => ({ address, version, name })));
  });
});
