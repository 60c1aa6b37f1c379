import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { makeFills } from "../../../test/support/fills.ts";
import { csvOf, legOf, openWorld, writeParquet } from "../../../test/support/import-world.ts";
import type { TradeEvidence } from "../../ports/archive.ts";

const SHARED = "../shared/data";
const inShared = test.skipIf(!existsSync(SHARED));
if (!existsSync(SHARED)) console.warn(`${SHARED} is not there: imports of recorded trades are skipped`);

/** What an evidence row and a fill have in common. */
type Told = Pick<TradeEvidence, "wallet" | "counterparty" | "side" | "tokenId" | "size" | "cash" | "txHash">;

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
    expect(report.groups[0]?.unrecognised).toEqual([
      "id",
      "market_id",
      "slug",
      "status",
      "yes_token_id",
      "no_token_id",
    ]);
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
