import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { makeFills, rangeOf, timeOfBlock } from "../../../test/support/fills.ts";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { openArchiveFolder } from "../../adapters/archive/fill-files.ts";
import { createImporter } from "../../adapters/archive/import/importer.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import { createChainStore } from "../../adapters/postgres/chain-store.ts";
import type { Database } from "../../adapters/postgres/connect.ts";
import { decodeFill, isFillTopic } from "../../core/chain/decode-fill.ts";
import type { Fill, RawLog } from "../../core/chain/fill.ts";
import { groupMatches } from "../../core/chain/group-matches.ts";
import { epochMs } from "../../core/time/time.ts";
import type { ArchivedFill, ArchiveStore, FillSource, TradeEvidence } from "../../ports/archive.ts";
import type { ImportOptions } from "../../ports/archive-import.ts";
import { createFillHistory } from "./fill-history.ts";
import { type ImportProgress, type ImportReport, importArchive } from "./import-archive.ts";

const SHARED = "../shared/data";
const hasShared = existsSync(SHARED);
const inShared = test.skipIf(!hasShared);
if (!hasShared) console.warn(`${SHARED} is not there: imports of recorded data are skipped`);

const root = mkdtempSync(join(tmpdir(), "orderflow-import-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

type Row = Readonly<Record<string, string | number | null>>;

const csvOf = (rows: readonly Row[]): string => {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))]
    .map((line) => `${line.join(",")}\n`)
    .join("");
};

/** A file as pandas would write it: ids and hashes as text, numbers as numbers. */
async function writeParquet(path: string, rows: readonly Row[]): Promise<void> {
  const csv = `${path}.csv`;
  writeFileSync(csv, csvOf(rows));
  const types = Object.entries(rows[0] ?? {}).map(([name, value]) => {
    const isWhole = typeof value === "number" && Number.isInteger(value);
    return `'${name}': '${typeof value !== "number" ? "VARCHAR" : isWhole ? "BIGINT" : "DOUBLE"}'`;
  });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_csv('${csv}', columns = {${types.join(", ")}})) TO '${path}' (FORMAT parquet)`,
  );
  instance.closeSync();
  rmSync(csv);
}

type World = {
  readonly folder: string;
  path(name: string): string;
  import(
    inputs: readonly string[],
    options?: Partial<ImportOptions>,
    signal?: AbortSignal,
    store?: ArchiveStore,
  ): Promise<ImportReport>;
  fills(from: number, to: number, sources?: readonly FillSource[]): Promise<readonly ArchivedFill[]>;
  evidence(): Promise<readonly TradeEvidence[]>;
  readonly progress: ImportProgress[];
};

function openWorld(db: Database): World {
  folders += 1;
  const folder = join(root, `archive-${folders}`);
  mkdirSync(join(root, `inputs-${folders}`));
  const files = openArchiveFolder({ folder, memoryMb: 256 });
  const store = createArchiveStore(db);
  const history = createFillHistory({ store, files, pageRows: 1_000 });
  const progress: ImportProgress[] = [];
  const base = join(root, `inputs-${folders}`);
  return {
    folder,
    progress,
    path: (name) => join(base, name),
    async import(inputs, options = {}, signal = new AbortController().signal, used = store) {
      const importer = createImporter({ folder, memoryMb: 256 });
      const deps = { store: used, importer, clock: createManualClock() };
      const settings = { blocks: null, knownDelayMs: 3_000, ...options };
      return importArchive(deps, inputs, settings, (each) => progress.push(each), signal).finally(() =>
        importer.close(),
      );
    },
    async fills(fromBlock, toBlock, sources = ["import"]) {
      const all: ArchivedFill[] = [];
      for await (const batch of history.readFills({ fromBlock, toBlock }, { sources })) all.push(...batch);
      return all;
    },
    async evidence() {
      const all: TradeEvidence[] = [];
      const { files: catalog } = await store.files("evidence");
      for (const file of catalog) {
        if (!existsSync(join(folder, file.path))) continue;
        for await (const batch of files.readEvidence(file, epochMs(0), epochMs(4e12))) all.push(...batch);
      }
      return all;
    },
  };
}

/** What an evidence row and a fill have in common. */
type Told = Pick<TradeEvidence, "wallet" | "counterparty" | "side" | "tokenId" | "size" | "cash" | "txHash">;

const asImported = (fill: Fill, time: number): ArchivedFill => {
  const { txIndex: _, ...rest } = fill;
  const occurredAt = epochMs(time);
  return { ...rest, occurredAt, knownAt: epochMs(time + 3_000), marketId: null, outcomeIndex: null, source: "import" };
};

/** A fill as the V1 log says it, before anybody made columns of it. */
const legOf = (fill: Fill) => {
  const isBuy = fill.side === "BUY";
  return {
    makerAsset: isBuy ? "0" : fill.tokenId,
    takerAsset: isBuy ? fill.tokenId : "0",
    makerAmount: Number(isBuy ? fill.cash : fill.size),
    takerAmount: Number(isBuy ? fill.size : fill.cash),
    taker: fill.counterparty ?? fill.exchange,
  };
};

/** Columns of prediction-market-analysis; it keeps no times. */
const analysisRow = (fill: Fill): Row => {
  const leg = legOf(fill);
  return {
    block_number: fill.blockNumber,
    transaction_hash: fill.txHash.slice(2),
    log_index: fill.logIndex,
    order_hash: fill.orderHash.slice(2).toUpperCase(),
    ...{ maker: fill.wallet, taker: leg.taker.toUpperCase().replace("0X", "0x") },
    ...{ maker_asset_id: leg.makerAsset, taker_asset_id: leg.takerAsset },
    ...{ maker_amount: leg.makerAmount, taker_amount: leg.takerAmount, fee: Number(fill.fee) },
    _fetched_at: "2026-01-05 00:00:00",
    _contract: fill.exchange.startsWith("0xc5d5") ? "NegRisk" : "CTF Exchange",
  };
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
      await writeParquet(join(root, `blocks-${folders}.parquet`), blockTimes(fills));
      const report = await world.import([world.path("")], { blocks: join(root, `blocks-${folders}.parquet`) });
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

describeOnEachEngine("importing evidence", (getDb) => {
  inShared("Data API trades lose the pages that the API repeated, and keep every amount to the micro", async () => {
    const world = openWorld(getDb());
    const report = await world.import([`${SHARED}/dataapi-nobel-2025/raw-with-repeated-pages.csv.gz`]);
    expect(report).toMatchObject({ read: 5_000, repeated: 3_500, refused: [], isComplete: true });
    const evidence = await world.evidence();
    expect(evidence).toHaveLength(1_500);
    const lines = gunzipSync(readFileSync(`${SHARED}/dataapi-nobel-2025/trades.csv.gz`))
      .toString()
      .trim()
      .split("\n")
      .slice(1);
    const keyOf = (wallet: string, side: string, size: number, price: number): string =>
      `${wallet} ${side} ${Math.round(size * 1e6)} ${Math.round(size * price * 1e6)}`;
    const expected = lines
      .map((line) => line.split(","))
      .map(([wallet = "", side = "", , , size, price]) => keyOf(wallet, side, Number(size), Number(price)));
    const found = evidence.map(({ wallet, side, size, cash }) => `${wallet} ${side} ${size} ${cash}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(evidence[0]).toMatchObject({ blockNumber: null, logIndex: null, origin: "raw-with-repeated-pages.csv.gz" });
    expect(evidence.every(({ txHash, marketId }) => txHash?.length === 66 && marketId?.length === 66)).toBe(true);
  });

  inShared("trades without a transaction hash are all kept, and the report says what that means", async () => {
    const world = openWorld(getDb());
    const report = await world.import([`${SHARED}/dataapi-updown-2026-01-08/trades.csv.gz`]);
    expect(report).toMatchObject({ read: 2_254, repeated: 0, refused: [] });
    expect(report.groups[0]?.missingForFills).toContain("log_index");
    expect(report.groups[0]?.remarks.join()).toContain("a page that was fetched twice counts twice");
    expect(await world.evidence()).toHaveLength(2_254);
  });

  inShared("chain trades without wallets are evidence that keeps its place on the chain", async () => {
    const world = openWorld(getDb());
    const report = await world.import([`${SHARED}/onchain-v1-trump-2024-07/trades.csv.gz`]);
    expect(report).toMatchObject({ read: 1_812, repeated: 0, refused: [] });
    expect(report.groups[0]?.missingForFills).toEqual([
      "order_hash",
      "maker",
      "taker",
      "maker_amount and taker_amount",
      "fee",
    ]);
    expect(report.groups[0]?.unrecognised).toEqual(["id", "market_id", "slug", "status", "yes_token_id", "no_token_id"]);
    const evidence = await world.evidence();
    expect(evidence).toHaveLength(1_812);
    expect(evidence[0]).toMatchObject({
      blockNumber: 59_300_008,
      logIndex: 5,
      wallet: null,
      side: "BUY",
      size: 2_666_665n,
      cash: 1_599_999n,
    });
  });

  inShared("of a wallet's activity only the trades are taken", async () => {
    const world = openWorld(getDb());
    const report = await world.import([`${SHARED}/activity-single-wallets`]);
    expect(report.read).toBe(799);
    expect(report.refused).toEqual([
      { reason: "is no trade, by its type", rows: expect.any(Number), sample: expect.stringContaining("proxyWallet") },
    ]);
    const trades = ["onchain", "whale1", "whale2"].flatMap((name) =>
      (
        JSON.parse(
          gunzipSync(readFileSync(`${SHARED}/activity-single-wallets/${name}_activity.json.gz`)).toString(),
        ) as { type: string }[]
      ).filter(({ type }) => type === "TRADE"),
    );
    expect((await world.evidence()).length + report.repeated).toBe(trades.length);
  });

  test.skipIf(!existsSync("../shared/samples"))(
    "a page of the Data API as it comes over the wire is read",
    async () => {
      const world = openWorld(getDb());
      const report = await world.import(["../shared/samples/data_v2_trades.json"]);
      expect(report).toMatchObject({ read: 2, refused: [] });
      expect(await world.evidence()).toMatchObject([
        { side: "BUY", size: 22_840_000n, cash: 11_876_800n, outcomeIndex: null },
        { side: "BUY", size: 5_000_000n, cash: 10_000n },
      ]);
    },
  );

  test("poly_data's orderFilled.csv has no place on the chain: evidence with both wallets", async () => {
    const world = openWorld(getDb());
    const fills = makeFills(9, [5_000_000], 6).map(({ fill }) => fill);
    const rows = fills.map((fill) => {
      const leg = legOf(fill);
      return {
        ...{
          timestamp: 1_714_000_000,
          maker: fill.wallet,
          makerAssetId: leg.makerAsset,
          makerAmountFilled: leg.makerAmount,
        },
        ...{
          taker: leg.taker,
          takerAssetId: leg.takerAsset,
          takerAmountFilled: leg.takerAmount,
          transactionHash: fill.txHash,
        },
      };
    });
    writeFileSync(world.path("orderFilled.csv"), csvOf([...rows, ...rows.slice(0, 1)]));
    const report = await world.import([world.path("orderFilled.csv")]);
    expect(report).toMatchObject({ read: 7, repeated: 1, refused: [] });
    expect(report.groups[0]?.missingForFills).toEqual(["block_number", "log_index", "order_hash", "fee"]);
    const told = (each: Told): string =>
      [each.wallet, each.counterparty, each.side, each.tokenId, each.size, each.cash, each.txHash].join(" ");
    expect((await world.evidence()).map((each) => told(each)).toSorted()).toEqual(fills.map(told).toSorted());
  });

  test("the columns of Polymarket-v1 and polymarket-users are understood", async () => {
    const world = openWorld(getDb());
    const [{ fill } = { fill: null }] = makeFills(10, [5_100_000], 2);
    if (fill === null) throw new Error("no fill was made");
    const amounts = { price: 0.25, usd: 2.5, shares: 10.25 };
    await writeParquet(world.path("2024_08.parquet"), [
      {
        ...{
          id: `${fill.txHash}_${fill.orderHash}`,
          maker: fill.wallet,
          taker: fill.counterparty,
          block_timestamp: 1_722_500_000,
        },
        ...{ maker_asset_id: "0", taker_asset_id: fill.tokenId, maker_direction: "BUY", taker_direction: "SELL" },
        ...{
          token_asset_id: fill.tokenId,
          token_amount: amounts.shares,
          usdc_amount: amounts.usd,
          price: amounts.price,
          fee_usdc: 0.01,
        },
      },
    ]);
    await writeParquet(world.path("day.parquet"), [
      {
        ...{
          trade_id: fill.txHash,
          timestamp: "2024-08-02 00:00:00",
          prediction_id: fill.tokenId,
          outcome: "Yes",
          price: 0.5,
        },
        ...{ quantity: 3.5, maker_address: fill.wallet, taker_address: fill.counterparty, taker_bought: "true" },
      },
    ]);
    const report = await world.import([world.path("")]);
    expect(report.groups.map(({ unrecognised }) => unrecognised)).toEqual([["taker_direction", "fee_usdc"], []]);
    const common = { txHash: fill.txHash, tokenId: fill.tokenId };
    expect(await world.evidence()).toMatchObject([
      {
        ...common,
        wallet: fill.wallet,
        counterparty: fill.counterparty,
        side: "BUY",
        size: 10_250_000n,
        cash: 2_500_000n,
      },
      {
        ...common,
        wallet: fill.counterparty,
        counterparty: fill.wallet,
        side: "BUY",
        size: 3_500_000n,
        cash: 1_750_000n,
        outcome: "Yes",
      },
    ]);
  });
});

describe("inputs that cannot be imported", () => {
  const files: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ["empty.csv", "", /empty\.csv: the file is empty; fetch it again/],
    ["packed-empty.csv.gz", gzipSync(""), /packed-empty\.csv\.gz: the file is empty/],
    [
      "torn.csv.gz",
      Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      /torn\.csv\.gz: looks like gzip and cannot be unpacked/,
    ],
    ["page.parquet", "<!DOCTYPE html>", /page\.parquet: is not Parquet \(it begins with "<!DOCTYPE ht"\)/],
    [
      "pointer.parquet",
      "version https://git-lfs.github.com/spec/v1\noid sha256:1",
      /only a Git LFS pointer; run "git lfs pull"/,
    ],
    ["cut.parquet", "PAR1 and then nothing", /cut\.parquet: cannot be read/],
    [
      "other.csv",
      "name,age\nx,1\n",
      /other\.csv: no columns for what was traded\. Found: name, age\. Wanted: orderFilled/,
    ],
    ["timeless.csv", "side,asset,size,price\nBUY,1,1,0.5\n", /no columns for the time \(give --blocks/],
    ["list.json", "[]", /list\.json: holds no JSON objects/],
    ["broken.json", '{"a": 1', /broken\.json: cannot be read/],
  ];

  describeOnEachEngine("on", (getDb) => {
    test.each(files)("%s", async (name, content, message) => {
      const world = openWorld(getDb());
      writeFileSync(world.path(name), content);
      await expect(world.import([world.path(name)])).rejects.toThrow(message);
    });

    test("missing file, empty folder, nothing named, token ids that lost their digits", async () => {
      const world = openWorld(getDb());
      await expect(world.import([world.path("nowhere.csv")])).rejects.toThrow(/nowhere\.csv: no such file or folder/);
      await expect(world.import([world.path("")])).rejects.toThrow(/holds no \.parquet, \.csv or \.json file/);
      await expect(world.import([])).rejects.toThrow("name at least one file");
      await writeParquet(world.path("floats.parquet"), [
        { timestamp: 1_714_000_000, side: "BUY", asset: 1.5, size: 1.5, price: 0.5 },
      ]);
      await expect(world.import([world.path("floats.parquet")])).rejects.toThrow(/asset holds floating-point numbers/);
    });
  });
});
