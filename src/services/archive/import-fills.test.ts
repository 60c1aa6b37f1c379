import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { makeFills, rangeOf, timeOfBlock } from "../../../test/support/fills.ts";
import { analysisRow, csvOf, openWorld, type Row, writeParquet } from "../../../test/support/import-world.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import { createChainStore } from "../../adapters/postgres/chain-store.ts";
import { decodeFill, isFillTopic } from "../../core/chain/decode-fill.ts";
import type { Fill, RawLog } from "../../core/chain/fill.ts";
import { groupMatches } from "../../core/chain/group-matches.ts";
import { epochMs } from "../../core/time/time.ts";
import type { ArchivedFill } from "../../ports/archive.ts";

const SHARED = "../shared/data";
const inShared = test.skipIf(!existsSync(SHARED));
if (!existsSync(SHARED)) console.warn(`${SHARED} is not there: the import of recorded logs is skipped`);

const asImported = (fill: Fill, time: number): ArchivedFill => {
  const { txIndex: _, ...rest } = fill;
  const occurredAt = epochMs(time);
  return { ...rest, occurredAt, knownAt: epochMs(time + 3_000), marketId: null, outcomeIndex: null, source: "import" };
};

const recordedFills = (): readonly Fill[] => {
  const raw = JSON.parse(readFileSync(`${SHARED}/polygon-v1-logs-2025-12-18.json`, "utf8")) as Record<
    string,
    unknown
  >[];
  const logs = raw.map(
    (log) =>
      ({
        ...{ address: log.address, topics: log.topics, data: log.data, blockHash: log.blockHash },
        ...{ blockNumber: Number(log.blockNumber), txHash: log.transactionHash },
        ...{ txIndex: Number(log.transactionIndex), logIndex: Number(log.logIndex) },
      }) as RawLog,
  );
  return groupMatches(logs.filter(({ topics }) => isFillTopic(topics[0])).map(decodeFill), []).fills;
};

const blockTimes = (fills: readonly Fill[]): readonly Row[] =>
  [...new Set(fills.map(({ blockNumber }) => blockNumber))].map((block) => ({
    block_number: block,
    timestamp: new Date(timeOfBlock(block)).toISOString(),
  }));

describeOnEachEngine("importing fills", (getDb) => {
  inShared(
    "recorded V1 logs in the columns of prediction-market-analysis become the fills that our decoder makes",
    async () => {
      const fills = recordedFills();
      const world = openWorld(getDb());
      await writeParquet(world.path("trades_0_10000.parquet"), fills.slice(0, 300).toReversed().map(analysisRow));
      await writeParquet(world.path("trades_10000_20000.parquet"), fills.slice(250).map(analysisRow));
      await writeParquet(world.beside("blocks.parquet"), blockTimes(fills));
      const report = await world.import([world.path("")], { blocks: world.beside("blocks.parquet") });
      expect(report.groups).toHaveLength(1);
      expect(report.groups[0]).toMatchObject({
        content: "fill",
        read: 834,
        accepted: 834,
        refused: [],
        unrecognised: ["_fetched_at"],
      });
      expect(report).toMatchObject({ repeated: 50, refused: [], isComplete: true });
      const [first, last] = [fills[0]?.blockNumber ?? 0, fills.at(-1)?.blockNumber ?? 0];
      const expected = fills.map((fill) => asImported(fill, timeOfBlock(fill.blockNumber)));
      expect(await world.fills(first, last)).toEqual(expected);
      expect(fills).toHaveLength(784);
    },
  );

  test("without the contract's name the exchange comes from the taker's leg; a leg alone is refused with its reason", async () => {
    const world = openWorld(getDb());
    const fills = makeFills(5, [1_000_000, 1_000_001], 6)
      .map(({ fill }) => fill)
      .filter((fill) => fill.exchangeVersion === 1);
    const rows = fills
      .map(analysisRow)
      .map(({ _contract, _fetched_at, ...row }) => ({ ...row, timestamp: 1_700_000_000 }));
    await writeParquet(world.path("trades.parquet"), rows);
    const report = await world.import([world.path("trades.parquet")]);
    const found = await world.fills(1_000_000, 1_000_001);
    const named = new Set(found.map(({ blockNumber, logIndex }) => `${blockNumber}/${logIndex}`));
    const takers = fills.filter((fill) => fill.role === "taker");
    for (const taker of takers) expect(named).toContain(`${taker.blockNumber}/${taker.logIndex}`);
    expect(found.length + (report.refused[0]?.rows ?? 0)).toBe(fills.length);
    expect(report.refused[0]?.reason).toBe("no column and no leg of the transaction says on which exchange");
    expect(report.refused[0]?.sample).toMatch(/^block 100000\d, log index \d+$/);
  });

  test("bad rows are refused one by one, counted by reason, with a sample; the good ones go in", async () => {
    const world = openWorld(getDb());
    const good = makeFills(6, [2_000_000], 4).map(({ fill }) => fill);
    const row: Row = { ...analysisRow(good[0] as Fill), timestamp: 1_700_000_000 };
    const rows: Row[] = [
      ...good.map((fill) => ({ ...analysisRow(fill), timestamp: 1_700_000_000, _contract: fill.exchange })),
      {
        ...row,
        log_index: 900,
        taker_asset_id: row.maker_asset_id ?? "",
        maker_asset_id: row.taker_asset_id ?? "",
        taker: "0x12",
      },
      { ...row, log_index: 901, maker_asset_id: "0", taker_asset_id: "0" },
      { ...row, log_index: 902, order_hash: "0x" },
      { ...row, log_index: 903, timestamp: 0 },
      { ...row, log_index: 904, _contract: `0x${"11".repeat(20)}` },
      { ...row, log_index: 905, maker_amount: 1.5 },
      { ...row, log_index: 906, maker_amount: 0, taker_amount: 0 },
      { ...analysisRow(good[1] as Fill), timestamp: 1_700_000_000, _contract: (good[1] as Fill).exchange, fee: 77 },
    ];
    writeFileSync(world.path("trades.csv.gz"), gzipSync(`${csvOf(rows)}1,2,3\n`));
    const report = await world.import([world.path("trades.csv.gz")]);
    expect(Object.fromEntries(report.refused.map(({ reason, rows: count }) => [reason, count]))).toEqual({
      "maker or taker is no address": 1,
      "not exactly one side is money: neither a BUY nor a SELL": 1,
      "no order hash": 1,
      "no time": 1,
      "the contract is no exchange of the venue": 1,
      "the amounts cannot be read": 1,
      "no price between 0 and 1": 1,
      "is no line of this CSV: missing columns": 1,
      "another row with the same block and log index says something else": 1,
    });
    expect(report.refused.find(({ reason }) => reason === "no order hash")?.sample).toContain('"log_index":"902"');
    expect(report.refused.find(({ reason }) => reason.startsWith("is no line"))?.sample).toBe("1,2,3");
    expect(report.read).toBe(rows.length + 1);
    expect((await world.fills(2_000_000, 2_000_000)).map(({ logIndex }) => logIndex)).toEqual([1, 4, 7, 10]);
  });

  test("our own fills come before imported ones at the same place, and only ours are proven", async () => {
    const db = getDb();
    const world = openWorld(db);
    const stored = makeFills(7, [3_000_000, 3_000_010], 4);
    await createChainStore(db).extend(
      rangeOf(
        3_000_000,
        3_000_005,
        stored.filter(({ fill }) => fill.blockNumber === 3_000_000),
      ),
    );
    const rows = stored.map(({ fill }) => ({
      ...analysisRow(fill),
      _contract: fill.exchange,
      timestamp: 1_650_000_000,
    }));
    await writeParquet(world.path("trades.parquet"), rows);
    await world.import([world.path("trades.parquet")]);
    const all = await world.fills(3_000_000, 3_000_010, ["chain", "import"]);
    expect(all.map(({ blockNumber, source }) => [blockNumber, source])).toEqual([
      ...Array.from({ length: 4 }, () => [3_000_000, "chain"]),
      ...Array.from({ length: 4 }, () => [3_000_010, "import"]),
    ]);
    const coverage = await createChainStore(db).coverage();
    expect(coverage.some(({ fromBlock, toBlock }) => fromBlock <= 3_000_010 && toBlock >= 3_000_010)).toBe(false);
  });

  test("an import killed before a file is recorded writes that file again and loses nothing", async () => {
    const db = getDb();
    const world = openWorld(db);
    const fills = makeFills(12, [4_500_000, 4_550_000], 4).map(({ fill }) => fill);
    await writeParquet(
      world.path("trades.parquet"),
      fills.map((fill) => ({ ...analysisRow(fill), _contract: fill.exchange, timestamp: 1_700_000_000 })),
    );
    const store = createArchiveStore(db);
    let records = 0;
    const dying = {
      ...store,
      record: (...args: Parameters<typeof store.record>) => {
        records += 1;
        return records === 2 ? Promise.reject(new Error("killed")) : store.record(...args);
      },
    };
    await expect(world.import([world.path("trades.parquet")], {}, undefined, dying)).rejects.toThrow("killed");
    expect(await world.fills(4_500_000, 4_599_999)).toHaveLength(4);
    expect(await world.import([world.path("trades.parquet")])).toMatchObject({
      isComplete: true,
      filesFromBefore: 1,
      repeated: 0,
    });
    expect(await world.fills(4_500_000, 4_599_999)).toHaveLength(8);
  });

  test("an import that is stopped goes on with the same command, and a finished one changes nothing", async () => {
    const db = getDb();
    const world = openWorld(db);
    const fills = makeFills(8, [4_000_000, 4_050_000, 4_100_000], 4).map(({ fill }) => fill);
    await writeParquet(
      world.path("trades.parquet"),
      fills.map((fill) => ({ ...analysisRow(fill), _contract: fill.exchange, timestamp: 1_700_000_000 })),
    );
    const stop = new AbortController();
    stop.abort();
    const stopped = await world.import([world.path("trades.parquet")], {}, stop.signal);
    expect(stopped).toMatchObject({ isComplete: false, files: [] });
    const resumed = await world.import([world.path("trades.parquet")]);
    expect(resumed).toMatchObject({ isComplete: true, filesFromBefore: 0 });
    expect(resumed.files.map(({ span }) => span?.fromBlock)).toEqual([4_000_000, 4_050_000, 4_100_000]);
    const again = await world.import([world.path("trades.parquet")]);
    expect(again).toMatchObject({ isComplete: true, files: [], filesFromBefore: 3 });
    expect(await world.fills(4_000_000, 4_100_000)).toHaveLength(12);
    expect(readdirSync(join(world.folder, ".staging"))).toEqual([]);
    expect(world.progress.at(-1)).toMatchObject({ phase: "reading", inputs: 1, inputsDone: 1 });
  });
});
