import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { UNIT_COLUMNS } from "../../src/adapters/postgres/reputation/unit-rows.ts";
import { InputError } from "../../src/core/errors.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { foldEntries, foldResolutions, replayEntries } from "../../src/core/reputation/fold.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import type { ReputationStore } from "../../src/ports/reputation-store.ts";
import * as facts from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const { aFill, aMarketInfo, aRecord, blockTime, marketNo, preparedMarket, resolved, tokenNo, walletNo } = facts;
const M = 1_000_000;
type Trade = { block: number; log?: number; wallet?: number; market?: number; outcome?: 0 | 1; sell?: boolean };
const trade = (size: number, cash: number, t: Trade): StoredFill =>
  aFill({
    ...{ blockNumber: t.block, logIndex: t.log ?? 0, wallet: walletNo(t.wallet ?? 1) },
    ...{ tokenId: tokenNo(2 * (t.market ?? 0) + (t.outcome ?? 0)), side: t.sell === true ? "SELL" : "BUY" },
    ...{ size: shares(BigInt(size * M)), cash: usd(BigInt(cash * M)) },
  });
const HEAD = 100;

describeOnEachEngine("reputation store", (getDb) => {
  let bench: ReputationBench;
  beforeEach(async () => {
    bench = await createReputationBench(getDb());
  });

  const finalize = (block = HEAD) => bench.chain.finalize(block, HEAD, blockTime(HEAD));
  const unitOf = async (wallet: number, market: number) =>
    (
      await sql<Record<string, unknown>>`SELECT u.* FROM flow.unit u JOIN flow.wallet w USING (wallet_key)
        JOIN flow.market m USING (market_key)
        WHERE '0x' || encode(w.address, 'hex') = ${walletNo(wallet)}
          AND '0x' || encode(m.condition_id, 'hex') = ${marketNo(market)}`.execute(getDb().kysely)
    ).rows[0];
  const history = async () =>
    (await sql<Record<string, unknown>>`SELECT * FROM orderflow_reputation_history ORDER BY id`.execute(getDb().kysely))
      .rows;
  /** One market, one buyer of each side, resolved for the first. */
  const oneMarket = () =>
    aRecord(1, HEAD, {
      markets: [preparedMarket(0, 1)],
      fills: [trade(10, 4, { block: 2, wallet: 1 }), trade(10, 6, { block: 2, log: 1, wallet: 2, outcome: 1 })],
      resolutions: [resolved(0, [1n, 0n], 50)],
    });

  test("a wallet that traded and closed nothing is neutral, and so is one without any calculation", async () => {
    await bench.chain.extend(
      aRecord(1, HEAD, { markets: [preparedMarket(0, 1)], fills: [trade(10, 4, { block: 2 })] }),
    );
    await finalize();
    const neutral = {
      ...{ reputation_score: 5, trader_tier: "AVERAGE", follow_eligible: false, ineligible_reason: "TOO_FEW_MARKETS" },
      ...{ closed_markets: 0, confidence_score: 0, win_rate: null, total_trades: 1n, total_volume_usd: "4.000000" },
    };
    expect(await bench.stats(walletNo(1))).toMatchObject(neutral);
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject(neutral);
    expect(await history()).toEqual([]);
  });

  test("a resolved market shows as win and loss with their figures, in dollars", async () => {
    await bench.chain.extend(oneMarket());
    await bench.chain.saveMarketInfo([aMarketInfo(0, { startsAt: blockTime(0), endsAt: blockTime(8) })], blockTime(9));
    await finalize();
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({
      ...{ closed_markets: 1, profitable_trades: 1, losing_trades: 0, win_rate: 1, avg_profit_pct: 1 },
      ...{ total_pnl_usd: "6.000000", avg_position_size_usd: "4.000000", profit_factor: null, sharpe_ratio: null },
      ...{ avg_entry_minute: 4 / 60, part_timing: 0.75, incomplete_markets: 0, maker_share: 0, score_version: 2 },
      ...{ trader_tier: "AVERAGE", last_calculated: bench.clock.nowMs(), edge_markets: 1n },
    });
    expect(await bench.stats(walletNo(2))).toMatchObject({
      ...{ win_rate: 0, losing_trades: 1, total_pnl_usd: "-6.000000", profit_factor: 0, avg_profit_pct: -1 },
    });
    expect(bench.hints).toEqual(["orderflow_scores"]);
  });

  test("only finalized blocks are in the ledger", async () => {
    await bench.chain.extend(oneMarket());
    await finalize(1);
    expect(await bench.service.calculate()).toMatchObject({ fills: 0 });
    await finalize(2);
    expect(await bench.service.calculate()).toMatchObject({ fills: 2, wallets: 0 });
    await finalize();
    expect(await bench.service.calculate()).toMatchObject({ fills: 0, wallets: 2, changedScores: 2 });
  });

  test("fills of an unknown market wait and are booked when its tokens are linked", async () => {
    await bench.chain.extend(
      aRecord(1, HEAD, { fills: [trade(10, 4, { block: 2 }), trade(4, 3, { block: 3, sell: true })] }),
    );
    await finalize();
    await bench.service.calculate();
    expect((await bench.rows()).units).toEqual([]);
    await bench.chain.saveMarketInfo([aMarketInfo(0)], blockTime(HEAD));
    expect(await bench.service.calculate()).toMatchObject({ fills: 0, replayedUnits: 1 });
    expect(await unitOf(1, 0)).toMatchObject({
      shares_0: 6_000_000n,
      cost_0: 2_400_000n,
      realised: 1_400_000n,
      is_incomplete: false,
    });
  });

  test("a BUY that was backfilled after its SELL makes the unit complete again", async () => {
    await bench.chain.extend(
      aRecord(50, HEAD, { markets: [preparedMarket(0, 50)], fills: [trade(10, 7, { block: 60, sell: true })] }),
    );
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(1, 0)).toMatchObject({ is_incomplete: true, realised: 0n });
    await bench.chain.extend(aRecord(1, 49, { fills: [trade(10, 4, { block: 2 })] }));
    expect(await bench.service.calculate()).toMatchObject({ fills: 1, replayedUnits: 1 });
    expect(await unitOf(1, 0)).toMatchObject({ is_incomplete: false, realised: 3_000_000n, roi_micros: 750_000 });
  });

  test("a market that is timed later gives its BUYs their timing", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({ part_timing: 0.5, avg_entry_minute: null });
    await bench.chain.saveMarketInfo([aMarketInfo(0, { startsAt: blockTime(0), endsAt: blockTime(4) })], blockTime(9));
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({ part_timing: 0.5, avg_entry_minute: 4 / 60 });
    await bench.chain.saveMarketInfo([aMarketInfo(0, { startsAt: blockTime(0), endsAt: blockTime(20) })], blockTime(9));
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({ part_timing: 0.9 });
  });

  test("a resolution that becomes final while older fills still wait is learned in its place", async () => {
    // Between the fills that were final and what they leave to do, all blocks become final and the market gets its times.
    const meanwhile = async (name: keyof ReputationStore): Promise<void> => {
      if (name !== "findLate") return;
      await finalize();
      await bench.chain.saveMarketInfo([aMarketInfo(0)], blockTime(9));
    };
    bench = await createReputationBench(getDb(), { fillsPerStep: 1, meanwhile });
    const fills = [10, 30, 40].map((block) => trade(10, 4, { block }));
    await bench.chain.extend(
      aRecord(1, HEAD, { markets: [preparedMarket(0, 1)], fills, resolutions: [resolved(0, [1n, 0n], 50)] }),
    );
    await finalize(20);
    await bench.service.calculate();
    await bench.service.calculate();
    expect(await unitOf(1, 0)).toMatchObject({ realised: 18_000_000n, cost_0: 30_000_000n });
    const rows = await bench.rows();
    await bench.service.rebuildAll();
    expect(await bench.rows()).toEqual(rows);
  });

  test("a unit leaves the score when its closing leaves the lookback, and the wallet is neutral again", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    await bench.service.calculate();
    await bench.clock.advance(90 * DAY_MS);
    expect(await bench.service.calculate()).toMatchObject({ wallets: 2, changedScores: 2 });
    expect(await bench.stats(walletNo(1))).toMatchObject({
      closed_markets: 0,
      reputation_score: 5,
      trader_tier: "AVERAGE",
    });
  });

  test("history is written when a score changes and never otherwise, and answers as of any time", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    const first = bench.clock.nowMs();
    await bench.service.calculate();
    await bench.clock.advance(3_600_000);
    await bench.service.calculate();
    await bench.chain.extend(
      aRecord(HEAD + 1, HEAD + 1, { fills: [trade(10, 9, { block: HEAD + 1, log: 5, outcome: 1 })] }),
    );
    await bench.chain.finalize(HEAD + 1, HEAD + 1, blockTime(HEAD + 1));
    await bench.clock.advance(3_600_000);
    await bench.service.calculate();
    const rows = await history();
    expect(rows.map((row) => [row.wallet_address, row.calculated_at])).toEqual([
      [walletNo(1), first],
      [walletNo(2), first],
      [walletNo(1), epochMs(first + 7_200_000)],
    ]);
    const asOf = (ms: number) => bench.store.scoreAsOf(walletNo(1), addMs(first, ms));
    expect(await asOf(-1)).toBeNull();
    expect((await asOf(0))?.score).toBe(rows[0]?.reputation_score);
    expect(await asOf(7_199_999)).toEqual(await asOf(0));
    expect((await asOf(7_200_000))?.score).toBe(rows[2]?.reputation_score);
    expect(await asOf(0)).toMatchObject({
      tier: "AVERAGE",
      isFollowEligible: false,
      ineligibleReason: "TOO_FEW_MARKETS",
    });
  });

  test("a flat unit that is bought again takes its wallet's only verdict back", async () => {
    const flat = [trade(10, 4, { block: 2 }), trade(10, 6, { block: 3, sell: true })];
    await bench.chain.extend(aRecord(1, 50, { markets: [preparedMarket(0, 1)], fills: flat }));
    await finalize();
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({ closed_markets: 1, profitable_trades: 1 });
    await bench.chain.extend(aRecord(51, HEAD, { fills: [trade(10, 4, { block: 60 })] }));
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({
      closed_markets: 0,
      reputation_score: 5,
      score_version: null,
    });
    expect((await history()).map((row) => row.closed_markets)).toEqual([1, 0]);
  });

  test("steady winners in ten markets become whales that may be followed; contracts never", async () => {
    const exchange = facts.V2;
    const fills = Array.from({ length: 60 }, (_, n) => [
      trade(10, 5, { block: n + 1, log: 0, market: n }),
      aFill({ blockNumber: n + 1, logIndex: 1, wallet: exchange, tokenId: tokenNo(2 * n) }),
    ]).flat();
    await bench.chain.extend(
      aRecord(1, HEAD, {
        fills,
        markets: Array.from({ length: 60 }, (_, n) => preparedMarket(n, 1)),
        resolutions: Array.from({ length: 60 }, (_, n) => resolved(n, n % 10 === 0 ? [1n, 1n] : [1n, 0n], 80)),
      }),
    );
    await finalize();
    expect(await bench.service.calculate()).toMatchObject({ newWhales: 1, wallets: 1 });
    expect(await bench.stats(walletNo(1))).toMatchObject({
      trader_tier: "WHALE",
      follow_eligible: true,
      ineligible_reason: null,
    });
    expect(await bench.stats(exchange)).toMatchObject({
      ...{ follow_eligible: false, ineligible_reason: "INFRASTRUCTURE", reputation_score: 5, closed_markets: 0 },
    });
    expect((await history()).map((row) => row.wallet_address)).toEqual([walletNo(1)]);
    expect(await bench.service.calculate()).toMatchObject({ newWhales: 0, wallets: 0 });
  });

  test("the top wallets are the best of the last 30 days, unscored ones at their neutral 5.0", async () => {
    const { rows: clock } = await sql<{ now: EpochMs }>`SELECT now()`.execute(getDb().kysely);
    const daysAgo = (days: number, fill: StoredFill) => ({
      ...fill,
      occurredAt: addMs(clock[0]?.now ?? epochMs(0), -days * DAY_MS),
    });
    const winner = (block: number, wallet: number) => trade(10, 4, { block, wallet });
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: [preparedMarket(0, 1), preparedMarket(1, 1)],
        fills: [
          ...[
            daysAgo(1, winner(2, 1)),
            daysAgo(31, winner(3, 2)),
            daysAgo(29, trade(10, 4, { block: 4, wallet: 3, outcome: 1 })),
          ],
          daysAgo(2, trade(10, 4, { block: 5, wallet: 4, market: 1 })),
        ],
        resolutions: [resolved(0, [1n, 0n], 50)],
      }),
    );
    await finalize();
    await bench.service.calculate();
    const { rows } = await sql<{ wallet: string }>`SELECT wallet_address AS wallet FROM orderflow_top_wallets`.execute(
      getDb().kysely,
    );
    expect(rows.map((row) => row.wallet)).toEqual([1, 4, 3].map(walletNo));
  });

  test("two services at once book every fill once", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    const results = await Promise.all([bench.service.calculate(), bench.serviceOn(getDb()).calculate()]);
    expect(results.map((result) => result.fills).sort()).toEqual([0, 2]);
    const { days } = await bench.rows();
    expect(days.map((day) => day.fills)).toEqual([1n, 1n]);
  });

  test("a retraction of a block that is in the ledger sets everything back and counts it again", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    await bench.service.calculate();
    const before = await bench.rows();
    await sql`INSERT INTO flow.ingest (kind, from_block, to_block, committed_at) VALUES ('retract', 40, 100, now())`.execute(
      getDb().kysely,
    );
    expect(await bench.service.calculate()).toMatchObject({ fills: 2 });
    expect(await bench.rows()).toEqual(before);
  });

  test("a market of more units than a step is resolved in several; one whose resolution changed is counted again", async () => {
    bench = await createReputationBench(getDb(), { fillsPerStep: 2 });
    const fills = [1, 2, 3, 4, 5].map((wallet) => trade(10, 4, { block: 2, log: wallet, wallet }));
    await bench.chain.extend(aRecord(1, HEAD, { markets: [preparedMarket(0, 1)], fills }));
    await finalize();
    await bench.service.calculate();
    await bench.chain.extend(aRecord(HEAD + 1, HEAD + 9, { resolutions: [resolved(0, [1n, 0n], HEAD + 5)] }));
    await bench.chain.finalize(HEAD + 9, HEAD + 9, blockTime(HEAD + 9));
    const realised = () => Promise.all([1, 2, 3, 4, 5].map(async (wallet) => (await unitOf(wallet, 0))?.realised));
    expect(await bench.service.calculate()).toMatchObject({ units: 5, replayedUnits: 0 });
    expect(await realised()).toEqual(Array.from({ length: 5 }, () => 6_000_000n));
    const { kysely } = getDb();
    await sql`UPDATE flow.resolution SET numerator_0 = 0, numerator_1 = 1,
      resolved_at = resolved_at + interval '1 second'`.execute(kysely);
    await sql`INSERT INTO flow.ledger_due SELECT market_key, false FROM flow.resolution`.execute(kysely);
    expect(await bench.service.calculate()).toMatchObject({ replayedUnits: 5 });
    expect(await realised()).toEqual(Array.from({ length: 5 }, () => -4_000_000n));
    expect((await sql`SELECT FROM flow.ledger_due`.execute(kysely)).rows).toEqual([]);
  });

  test("fills that left for the archive stay booked, late ones are added to them, and a rebuild is refused", async () => {
    await bench.chain.extend(
      aRecord(50, HEAD, { markets: [preparedMarket(0, 50)], fills: [trade(10, 4, { block: 60, log: 1 })] }),
    );
    await finalize();
    await bench.service.calculate();
    await sql`INSERT INTO flow.archive_file (path, content, source, from_block, to_block, row_count, size_micros, cash_micros,
      fee_micros, first_block, first_log_index, last_block, last_log_index, first_at, last_at, file_bytes, created_at)
      VALUES ('x', 'fill', 'chain', 50, 100, 1, 1, 1, 0, 60, 1, 60, 1, '2026-01-01', '2027-01-01', 1, now())`.execute(
      getDb().kysely,
    );
    await sql`DELETE FROM flow.fill_packed`.execute(getDb().kysely);
    try {
      await bench.chain.extend(aRecord(1, 49, { fills: [trade(10, 3, { block: 2 })] }));
      await bench.chain.saveMarketInfo([aMarketInfo(0)], blockTime(HEAD));
      await bench.service.calculate();
      expect(await unitOf(1, 0)).toMatchObject({ shares_0: 20_000_000n, cost_0: 7_000_000n });
      await expect(bench.service.rebuildAll()).rejects.toThrow(InputError);
    } finally {
      await sql`TRUNCATE flow.archive_file`.execute(getDb().kysely);
    }
  });

  test("volume of a run that was cut short before its scores counts once, gone on with or begun anew", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    const now = bench.clock.nowMs();
    await bench.store.takeIn(now);
    await bench.store.applyFills(10, { foldEntries, replayEntries, foldResolutions });
    const days = [4_000_000n, 6_000_000n].map((volume) => ({ fills: 1n, volume_micros: volume }));
    await bench.service.calculate();
    expect((await bench.rows()).days).toMatchObject(days);
    await bench.store.reset(now);
    await bench.store.applyFills(10, { foldEntries, replayEntries, foldResolutions });
    await bench.service.rebuildAll();
    expect((await bench.rows()).days).toMatchObject(days);
  });

  test("a wallet that nobody knows has no score as of any time", async () => {
    expect(await bench.store.scoreAsOf(parseAddress(`0x${"12".repeat(20)}`), epochMs(9e12))).toBeNull();
  });

  test("units are written and read in the order of the table's columns", async () => {
    const { rows } = await sql<{ name: string }>`SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'flow' AND table_name = 'unit' ORDER BY ordinal_position`.execute(getDb().kysely);
    expect(UNIT_COLUMNS).toEqual(rows.map((row) => row.name));
  });

  test("the database refuses a unit whose cash does not add up", async () => {
    await bench.chain.extend(oneMarket());
    await finalize();
    await bench.service.calculate();
    await expect(sql`UPDATE flow.unit SET realised = realised + 1`.execute(getDb().kysely)).rejects.toThrow(
      /unit_conserves_cash/,
    );
  });
});
