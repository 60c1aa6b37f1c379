import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { Address } from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import {
  aFill,
  aRecord,
  blockTime,
  marketNo,
  preparedMarket,
  resolved,
  tokenNo,
  walletNo,
} from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const M = 1_000_000;
const micros = (amount: number): bigint => BigInt(Math.round(amount * M));
const HEAD = 100;
const { changeOf, someFacts } = effects;
const FAMILY = effects.ownerNo(7);
const [SAFE, DEPOSIT] = [FAMILY.safe, FAMILY.deposit];

/** Ten shares for so much, of an outcome of market n. */
const buy = (block: number, wallet: Address, market: number, outcome: 0 | 1, cash: number): StoredFill =>
  aFill({
    ...{ blockNumber: block, wallet, tokenId: tokenNo(2 * market + outcome) },
    ...{ size: shares(micros(10)), cash: usd(micros(cash)) },
  });
const markets = (...numbers: number[]) => numbers.map((n) => preparedMarket(n, 1));
const marketsAt = (block: number, ...numbers: number[]) => numbers.map((n) => preparedMarket(n, block));

describeOnEachEngine("reputation store", (getDb) => {
  let bench: ReputationBench;
  beforeEach(async () => {
    bench = await createReputationBench(getDb());
  });

  const finalize = (block = HEAD) => bench.chain.finalize(block, HEAD, blockTime(HEAD));
  const unitOf = async (wallet: Address, market: number) => {
    const { rows } = await sql<Record<string, unknown>>`SELECT u.* FROM flow.unit u
      JOIN flow.wallet w USING (wallet_key) JOIN flow.market m USING (market_key)
      WHERE '0x' || encode(w.address, 'hex') = ${wallet} AND '0x' || encode(m.condition_id, 'hex') = ${marketNo(market)}`.execute(
      getDb().kysely,
    );
    return rows[0];
  };
  const expectSameWhenRebuilt = async (): Promise<void> => {
    const rows = await bench.rows();
    await bench.service.rebuildAll();
    expect(await bench.rows()).toEqual(rows);
  };

  test("a split costs half a dollar a share, and the sets of a merge bring it back", async () => {
    const split = effects.aSplit({ block: 2 }, walletNo(1), 0, micros(10));
    const merge = effects.aMerge({ block: 3 }, walletNo(1), 0, micros(4));
    await bench.chain.extend(aRecord(1, HEAD, { markets: markets(0), effects: [split, merge] }));
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({
      ...{ shares_0: micros(6), shares_1: micros(6), cost_0: micros(3), cost_1: micros(3) },
      ...{ realised: 0n, paid_in: micros(10), is_incomplete: false, bought_both: false },
    });
    await expectSameWhenRebuilt();
  });

  test("a conversion moves the cost of the NO to the YES of the other questions", async () => {
    const wallet = walletNo(1);
    const conversion = effects.aConversion(
      { block: 3 },
      wallet,
      [changeOf(0, 1, micros(10)), changeOf(1, 1, micros(10))],
      [changeOf(2, 0, micros(10))],
      micros(10),
    );
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: markets(0, 1, 2),
        fills: [buy(2, wallet, 0, 1, 6), aFill({ ...buy(2, wallet, 1, 1, 7).fill, logIndex: 1 })],
        effects: [conversion],
        resolutions: [0, 1, 2].map((n) => resolved(n, n === 2 ? [1n, 0n] : [0n, 1n], 50)),
      }),
    );
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(wallet, 2)).toMatchObject({ realised: micros(7), paid_in: micros(3), is_incomplete: false });
    expect(await unitOf(wallet, 0)).toMatchObject({ realised: 0n, shares_1: 0n, is_incomplete: false });
    expect(await bench.stats(wallet)).toMatchObject({ total_pnl_usd: "7.000000" });
    await expectSameWhenRebuilt();
  });

  test("a BUY read after the conversion that used it up moves its cost all the same", async () => {
    const wallet = walletNo(1);
    const conversion = effects.aConversion(
      { block: 60 },
      wallet,
      [changeOf(0, 1, micros(10))],
      [changeOf(1, 0, micros(10))],
      0n,
    );
    await bench.chain.extend(aRecord(50, HEAD, { markets: marketsAt(50, 0, 1), effects: [conversion] }));
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(wallet, 1)).toMatchObject({ cost_0: 0n, is_incomplete: true });
    await bench.chain.extend(aRecord(1, 49, { fills: [buy(2, wallet, 0, 1, 6)] }));
    expect(await bench.service.calculate()).toMatchObject({ replayedUnits: 2 });
    expect(await unitOf(wallet, 1)).toMatchObject({ cost_0: micros(6), is_incomplete: false });
    await expectSameWhenRebuilt();
  });

  test("a migrated position goes on at its cost, also where that is learned late", async () => {
    const wallet = walletNo(1);
    const migration = effects.aMigration({ block: 60 }, wallet, changeOf(0, 0, micros(10)), changeOf(1, 0, micros(10)));
    await bench.chain.extend(aRecord(50, HEAD, { markets: marketsAt(50, 0, 1), effects: [migration] }));
    await finalize();
    await bench.service.calculate();
    await bench.chain.extend(aRecord(1, 49, { fills: [buy(2, wallet, 0, 0, 4)] }));
    await bench.service.calculate();
    expect(await unitOf(wallet, 1)).toMatchObject({ cost_0: micros(4), realised: 0n, is_incomplete: false });
    expect(await unitOf(wallet, 0)).toMatchObject({ shares_0: 0n, realised: 0n, is_incomplete: false });
    await expectSameWhenRebuilt();
  });

  test("a gift leaves at cost; to who gets it, it is of unknown cost", async () => {
    const gift = effects.aTransfer({ block: 3 }, walletNo(1), walletNo(2), changeOf(0, 0, micros(5)));
    const fills = [buy(2, walletNo(1), 0, 0, 4)];
    await bench.chain.extend(aRecord(1, HEAD, { markets: markets(0), fills, effects: [gift] }));
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({ shares_0: micros(5), realised: 0n, is_incomplete: false });
    expect(await unitOf(walletNo(2), 0)).toMatchObject({ shares_0: micros(5), cost_0: 0n, is_incomplete: true });
    await expectSameWhenRebuilt();
  });

  test("between wallets of one owner shares and cost move, also where the owner is learned afterwards", async () => {
    const move = effects.aTransfer({ block: 3 }, SAFE, DEPOSIT, changeOf(0, 0, micros(10)));
    const fills = [buy(2, SAFE, 0, 0, 4)];
    const resolutions = [resolved(0, [1n, 0n], 40)];
    await bench.chain.extend(aRecord(1, 50, { markets: markets(0), fills, effects: [move], resolutions }));
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(DEPOSIT, 0)).toMatchObject({ is_incomplete: true });
    const owners = [{ owner: FAMILY.owner, source: "safeCreated", blockNumber: 60 } as const];
    await bench.chain.extend(aRecord(51, HEAD, { effects: [], facts: someFacts({ owners }) }));
    await bench.service.calculate();
    expect(await unitOf(DEPOSIT, 0)).toMatchObject({
      ...{ realised: micros(6), paid_in: micros(4), is_incomplete: false },
    });
    expect(await unitOf(SAFE, 0)).toMatchObject({ realised: 0n, paid_in: 0n, is_incomplete: false });
    await expectSameWhenRebuilt();
  });

  test("a redemption read before its resolution leaves nothing wrong once that is read", async () => {
    const redemption = effects.aRedemption({ block: 60 }, walletNo(1), [changeOf(0, 0, micros(10))], micros(10));
    await bench.chain.extend(
      aRecord(50, HEAD, { markets: marketsAt(50, 0), fills: [buy(50, walletNo(1), 0, 0, 4)], effects: [redemption] }),
    );
    await finalize();
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({ is_incomplete: true });
    await bench.chain.extend(aRecord(1, 49, { resolutions: [resolved(0, [1n, 0n], 40)] }));
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({
      ...{ shares_0: 0n, cost_0: 0n, realised: micros(6), is_incomplete: false },
    });
    await expectSameWhenRebuilt();
  });

  test("a redemption that the chain has before its resolution leaves the unit incomplete, however it is read", async () => {
    const early = effects.aRedemption({ block: 60 }, walletNo(1), [changeOf(0, 0, micros(10))], micros(10));
    const fills = [buy(50, walletNo(1), 0, 0, 4)];
    await bench.chain.extend(aRecord(1, 60, { markets: markets(0), fills, effects: [early] }));
    await finalize();
    await bench.service.calculate();
    await bench.chain.extend(aRecord(61, HEAD, { resolutions: [resolved(0, [1n, 0n], 70)] }));
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({
      ...{ shares_0: 0n, realised: 0n, cash_in: micros(4), is_incomplete: true },
    });
    await expectSameWhenRebuilt();
  });

  test("a redemption read together with its resolution is none of an open market", async () => {
    const fills = [buy(2, walletNo(1), 0, 0, 4)];
    await bench.chain.extend(aRecord(1, 50, { markets: markets(0), fills }));
    await finalize();
    await bench.service.calculate();
    const redemption = effects.aRedemption({ block: 70 }, walletNo(1), [changeOf(0, 0, micros(10))], micros(10));
    await bench.chain.extend(aRecord(51, HEAD, { resolutions: [resolved(0, [1n, 0n], 60)], effects: [redemption] }));
    await bench.service.calculate();
    expect(await unitOf(walletNo(1), 0)).toMatchObject({
      realised: micros(6),
      cash_in: micros(10),
      is_incomplete: false,
    });
    await expectSameWhenRebuilt();
  });

  test("a late conversion is booked as it comes where a unit's older fills are in the archive alone", async () => {
    const wallet = walletNo(1);
    await bench.chain.extend(
      aRecord(1, 50, { markets: markets(0, 1), fills: [buy(2, wallet, 0, 1, 6), buy(40, wallet, 1, 0, 5)] }),
    );
    await finalize(50);
    await bench.service.calculate();
    await sql`INSERT INTO flow.archive_file (path, content, source, from_block, to_block, row_count, size_micros, cash_micros,
      fee_micros, first_block, first_log_index, last_block, last_log_index, first_at, last_at, file_bytes, created_at)
      VALUES ('a', 'fill', 'chain', 1, 30, 1, 1, 1, 0, 2, 0, 2, 0, 'epoch', ${new Date(blockTime(30)).toISOString()}::timestamptz,
        1, 'epoch')`.execute(getDb().kysely);
    try {
      await sql`DELETE FROM flow.fill_packed WHERE block_number <= 30`.execute(getDb().kysely);
      // Of a block before that of the second unit's fill, and read after it.
      const conversion = effects.aConversion(
        { block: 35 },
        wallet,
        [changeOf(0, 1, micros(10))],
        [changeOf(1, 0, micros(10))],
        0n,
      );
      await sql`UPDATE flow.coverage SET to_block = 34 WHERE from_block = 1`.execute(getDb().kysely);
      await sql`UPDATE flow.ledger_range SET to_block = 34`.execute(getDb().kysely);
      await bench.chain.extend(aRecord(35, 36, { effects: [conversion] }));
      expect(await bench.service.calculate()).toMatchObject({ replayedUnits: 0 });
      expect(await unitOf(wallet, 0)).toMatchObject({ shares_1: 0n, cost_1: 0n, is_incomplete: false });
      expect(await unitOf(wallet, 1)).toMatchObject({ shares_0: micros(20), cost_0: micros(11), is_incomplete: false });
    } finally {
      await sql`TRUNCATE flow.archive_file`.execute(getDb().kysely);
    }
  });

  test("combos are in the ledger and in no score", async () => {
    const combo = `0x03${"11".repeat(30)}` as ReturnType<typeof marketNo>;
    const protocolMarkets = [{ marketId: combo, negRisk: false, tokenIds: [tokenNo(90), tokenNo(91)] as const }];
    const fills = [buy(2, walletNo(1), 0, 0, 4), aFill({ ...buy(3, walletNo(1), 0, 0, 4).fill, tokenId: tokenNo(90) })];
    const resolutions = [resolved(0, [1n, 0n], 40), { ...resolved(0, [1n, 0n], 41), marketId: combo }];
    await bench.chain.extend(
      aRecord(1, HEAD, { markets: markets(0), fills, resolutions, facts: someFacts({ protocolMarkets }) }),
    );
    await finalize();
    await bench.service.calculate();
    expect((await bench.rows()).units).toMatchObject([
      { is_combo: false, realised: micros(6), roi_micros: M },
      { is_combo: true, realised: micros(6), roi_micros: null, edge_micros: null },
    ]);
    expect(await bench.stats(walletNo(1))).toMatchObject({ closed_markets: 1, total_pnl_usd: "6.000000" });
    expect(await bench.chain.marketsWithoutInfo(10, blockTime(HEAD))).toEqual([marketNo(0)]);
  });

  test("who turns out to be an operator loses its score", async () => {
    const fills = [buy(2, walletNo(1), 0, 0, 4)];
    await bench.chain.extend(aRecord(1, 50, { markets: markets(0), fills, resolutions: [resolved(0, [1n, 0n], 40)] }));
    await finalize();
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({ closed_markets: 1 });
    const label = { address: walletNo(1), kind: "operator", label: "operator", blockNumber: 60, logIndex: 1 } as const;
    await bench.chain.extend(aRecord(51, HEAD, { facts: someFacts({ labels: [label] }) }));
    await bench.service.calculate();
    expect(await bench.stats(walletNo(1))).toMatchObject({
      ...{ closed_markets: 0, reputation_score: 5, ineligible_reason: "INFRASTRUCTURE", score_version: null },
    });
    await expectSameWhenRebuilt();
  });
});
