import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { createLiveOrderStore } from "../../src/adapters/postgres/live-order-store.ts";
import { createSettlementStore } from "../../src/adapters/postgres/settlement-store.ts";
import { redeemCall } from "../../src/core/chain/redeem-call.ts";
import { transactionHash } from "../../src/core/chain/transaction-hash.ts";
import { parseMarketId } from "../../src/core/ids/ids.ts";
import { usd } from "../../src/core/money/amounts.ts";
import { addMs } from "../../src/core/time/time.ts";
import type { RedemptionRecord, SettlementStore } from "../../src/ports/settlement-store.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createMemorySettlement } from "../support/memory-settlement.ts";
import { aMarketId, aWallet, NOON, sh } from "../support/trading.ts";

const aRecord = (market: number, attempt: number, changes: Partial<RedemptionRecord> = {}): RedemptionRecord => ({
  ...{ marketId: aMarketId(market), attempt, payoutUsd: usd(12_345_678n), signedAt: addMs(NOON, market) },
  request: {
    ...{ kind: "TRANSACTION", owner: aWallet(1), wallet: aWallet(1), call: redeemCall(aMarketId(market), true) },
    ...{ nonce: 7n, gas: 250_000n, maxFeePerGas: 60_000_000_001n, maxPriorityFeePerGas: 30_000_000_000n },
  },
  ...{ signature: "0x02f8", txHash: transactionHash("0x02f8"), lastSentAt: null, relayId: null },
  ...{ outcome: null, reason: null, finishedAt: null },
  ...changes,
});

function keepsItsPromises(open: () => SettlementStore): void {
  let store: SettlementStore;
  beforeEach(() => {
    store = open();
  });

  test("what comes back is what was stored, and the first under an id stays", async () => {
    expect(await store.last(aMarketId(1))).toBeNull();
    expect(await store.add(aRecord(1, 1))).toEqual(aRecord(1, 1));
    expect(await store.add(aRecord(1, 1, { signature: "0xffff" }))).toEqual(aRecord(1, 1));
    const relayed = aRecord(2, 1, { txHash: null });
    const { nonce, ...request } = { ...relayed.request, kind: "WALLET" as const, deadline: 1_790_000_000 };
    const batch = { ...relayed, request: { ...request, nonce } } as RedemptionRecord;
    expect(await store.add(batch)).toEqual(batch);
    expect((await store.open()).map(({ marketId }) => marketId)).toEqual([aMarketId(1), aMarketId(2)]);
  });

  test("sending, the relayer's id and the end are kept, and the end is final", async () => {
    await store.add(aRecord(1, 1));
    await store.markSent(aRecord(1, 1), addMs(NOON, 5));
    await store.markRelayed(aRecord(1, 1), "0190b317");
    expect((await store.open())[0]).toMatchObject({ lastSentAt: addMs(NOON, 5), relayId: "0190b317" });
    await store.finish(aRecord(1, 1), "FAILED", "reverted", addMs(NOON, 9));
    await store.finish(aRecord(1, 1), "REDEEMED", null, addMs(NOON, 10));
    expect(await store.open()).toEqual([]);
    expect(await store.last(aMarketId(1))).toMatchObject({
      failures: 1,
      record: { outcome: "FAILED", reason: "reverted", finishedAt: addMs(NOON, 9) },
    });
  });

  test("failures count in a row: a success begins anew", async () => {
    for (const [attempt, outcome] of (["FAILED", "REDEEMED", "FAILED", "REPLACED"] as const).entries()) {
      await store.add(aRecord(1, attempt + 1));
      await store.finish(aRecord(1, attempt + 1), outcome, null, NOON);
    }
    expect(await store.last(aMarketId(1))).toMatchObject({ failures: 2, record: { attempt: 4 } });
  });

  test("what was never stored cannot be sent", async () => {
    await expect(store.markSent(aRecord(9, 1), NOON)).rejects.toThrow();
  });
}

describe("settlement store [memory]", () => keepsItsPromises(() => createMemorySettlement().store));
describeOnEachEngine("settlement store", (getDb) => {
  beforeEach(async () => {
    await sql`TRUNCATE flow.redemption, flow.claim, flow.live_order, flow.market CASCADE`.execute(getDb().kysely);
  });
  keepsItsPromises(() => createSettlementStore(getDb()));

  test("candidates are resolved markets in which we ordered and have not redeemed since", async () => {
    const { kysely } = getDb();
    const store = createSettlementStore(getDb());
    const orders = createLiveOrderStore(getDb());
    for (const n of [1, 2, 3, 4]) {
      await sql`INSERT INTO flow.market (condition_id, neg_risk)
        VALUES (decode(${aMarketId(n).slice(2)}, 'hex'), ${n % 2 === 0})`.execute(kysely);
      const resolvedAt = new Date(n === 4 ? NOON - 40 * 86_400_000 : NOON + n).toISOString();
      if (n !== 3)
        await sql`INSERT INTO flow.resolution (market_key, numerator_0, numerator_1, block_number, log_index, resolved_at, known_at)
          SELECT market_key, 1, 0, 1, ${n}, ${resolvedAt}::timestamptz, ${resolvedAt}::timestamptz FROM flow.market
          WHERE condition_id = decode(${aMarketId(n).slice(2)}, 'hex')`.execute(kysely);
      await orders.add({
        clientOrderId: `O-${n}`,
        marketId: aMarketId(n),
        orderHash: aMarketId(n),
        signedAt: NOON,
        lastSentAt: null,
        signed: {},
      } as never);
    }
    const since = addMs(NOON, -30 * 86_400_000);
    const both = [
      { marketId: aMarketId(1), negRisk: false },
      { marketId: aMarketId(2), negRisk: true },
    ];
    expect(await store.candidates(since, NOON)).toEqual(both);
    await store.add(aRecord(1, 1));
    await store.finish(aRecord(1, 1), "FAILED", null, addMs(NOON, 60_000));
    expect(await store.candidates(since, NOON)).toEqual(both);
    await store.add(aRecord(1, 2));
    await store.finish(aRecord(1, 2), "REDEEMED", null, addMs(NOON, 60_000));
    expect(await store.candidates(since, NOON)).toEqual(both.slice(1));
  });

  test("a market of Protocol V2 is a candidate for a while after one of its outcomes was redeemed", async () => {
    const { kysely } = getDb();
    const store = createSettlementStore(getDb());
    const marketId = parseMarketId(`0x01${"7c".repeat(30)}`);
    const resolvedAt = new Date(NOON).toISOString();
    await sql`INSERT INTO flow.market (condition_id, neg_risk) VALUES (decode(${marketId.slice(2)}, 'hex'), false)`.execute(
      kysely,
    );
    await sql`INSERT INTO flow.resolution (market_key, numerator_0, numerator_1, block_number, log_index, resolved_at, known_at)
      SELECT market_key, 1, 0, 1, 1, ${resolvedAt}::timestamptz, ${resolvedAt}::timestamptz FROM flow.market`.execute(
      kysely,
    );
    const order = { clientOrderId: "O-1", marketId, orderHash: aMarketId(1), signedAt: NOON, lastSentAt: null };
    await createLiveOrderStore(getDb()).add({ ...order, signed: {} } as never);
    const record = aRecord(1, 1, { marketId });
    await store.add(record);
    await store.finish(record, "REDEEMED", null, addMs(NOON, 60_000));
    expect(await store.candidates(NOON, NOON)).toEqual([{ marketId, negRisk: false }]);
    expect(await store.candidates(NOON, addMs(NOON, 60_001))).toEqual([]);
  });

  test("claims are replaced whole", async () => {
    const store = createSettlementStore(getDb());
    const claim = (n: number) => ({
      ...{ marketId: aMarketId(n), negRisk: false, held: [sh("10"), sh("0.5")] as const, payoutUsd: usd(10_000_000n) },
      obstacle: n === 2 ? "NOT_APPROVED" : null,
    });
    await store.saveClaims([claim(1), claim(2)], NOON);
    await store.saveClaims([claim(2)], addMs(NOON, 1));
    const { rows } = await sql`SELECT shares_1, payout_usd, obstacle FROM flow.claim`.execute(getDb().kysely);
    expect(rows).toEqual([{ shares_1: "0.500000", payout_usd: "10.000000", obstacle: "NOT_APPROVED" }]);
  });
});
