import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { liveTrading } from "../../src/adapters/http/schemas/live-trading.ts";
import { createLiveAccountStore } from "../../src/adapters/postgres/live-account-store.ts";
import { createLiveOrderStore } from "../../src/adapters/postgres/live-order-store.ts";
import { readDrift, readLiveStatus } from "../../src/adapters/postgres/live-reads.ts";
import { readLiveTrading } from "../../src/adapters/postgres/read-side/live-trading.ts";
import type { AccountDifference } from "../../src/core/execution/account-differences.ts";
import { addMs } from "../../src/core/time/time.ts";
import type { LiveAccountStore } from "../../src/ports/live-account-store.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { $, aLiveOrder, anOrderHash, aWallet, NOON, px, sh } from "../support/trading.ts";

describeOnEachEngine("live account store", (getDb) => {
  let store: LiveAccountStore;
  beforeEach(async () => {
    await sql`TRUNCATE flow.live_account, flow.live_arming, flow.live_difference, flow.live_order, flow.alert_outbox`.execute(
      getDb().kysely,
    );
    store = createLiveAccountStore(getDb());
  });
  const above: AccountDifference = {
    ...{ kind: "CASH_ABOVE", subject: null, expected: "100 to 100", found: "150", movedUsd: $("50") },
  };
  const below: AccountDifference = { kind: "SHARES_BELOW", subject: "123", expected: "40", found: "10" };

  test("the wallet and the collateral that it began with stay", async () => {
    expect(await store.account()).toBeNull();
    const begun = { wallet: aWallet(1), baselineUsd: $("100"), baselineAt: NOON, reconciledAt: null };
    expect(await store.begin(aWallet(1), $("100"), NOON)).toEqual(begun);
    expect(await store.begin(aWallet(2), $("7"), addMs(NOON, 5))).toEqual(begun);
  });

  test("a difference is new once, until it has gone; what others moved is booked with it", async () => {
    await store.begin(aWallet(1), $("100"), NOON);
    expect(await store.saveDifferences([above, below], addMs(NOON, 1))).toEqual([above, below]);
    expect(await store.account()).toMatchObject({ baselineUsd: $("150"), reconciledAt: addMs(NOON, 1) });
    expect(await store.saveDifferences([below], addMs(NOON, 2))).toEqual([]);
    expect(await store.account()).toMatchObject({ baselineUsd: $("150"), reconciledAt: addMs(NOON, 2) });
    expect(await store.saveDifferences([], addMs(NOON, 3))).toEqual([]);
    expect(await store.saveDifferences([below], addMs(NOON, 4))).toEqual([below]);
    const { rows } = await sql`SELECT kind FROM flow.alert_outbox WHERE dedup_key LIKE 'difference-%'`.execute(
      getDb().kysely,
    );
    expect(rows).toHaveLength(3);
    await store.saveArming({ asked: "LIVE", mode: "LIVE", refusals: [], limits: {}, wallet: aWallet(1) }, NOON);
    expect(await readLiveStatus(getDb())).toMatchObject({
      ...{ mode: "LIVE", wallet: aWallet(1), pending: [], openPositions: 0, reconciledAt: addMs(NOON, 4) },
      differences: [{ kind: "SHARES_BELOW", subject: "123", found: "10", firstSeenAt: addMs(NOON, 4) }],
    });
    expect(z.encode(liveTrading, (await readLiveTrading(getDb())) as z.output<typeof liveTrading>)).toMatchObject({
      ...{ status: { mode: "LIVE", open_positions: 0, refusals: [] }, claims: { obstacles: [] } },
      differences: [{ kind: "SHARES_BELOW", expected: expect.any(String), found: "10" }],
    });
  });

  test("the last start is kept with its reasons", async () => {
    const refusals = [{ code: "ACK_MISSING", text: "set it" }] as const;
    await store.saveArming({ asked: "LIVE", mode: "PAPER", refusals, limits: { capital: "1" }, wallet: null }, NOON);
    expect(await readLiveStatus(getDb())).toMatchObject({ asked: "LIVE", mode: "PAPER", refusals, wallet: null });
  });

  test("an order by hand is in flight until a minute after its end, and then what it moved", async () => {
    await store.begin(aWallet(1), $("100"), NOON);
    const orders = createLiveOrderStore(getDb());
    await orders.add(aLiveOrder(1, { signedAt: addMs(NOON, 1) }));
    expect(await store.books(addMs(NOON, 9))).toMatchObject({ flowUsd: 0n, inFlight: [{ makerAmount: 9_980_000n }] });
    const execution = { price: px("0.5"), size: sh("19"), cash: $("9.5"), fee: $("0.25") };
    await orders.finish(aLiveOrder(1).clientOrderId, { status: "filled", executions: [execution] }, addMs(NOON, 10));
    expect((await store.books(addMs(NOON, 20))).inFlight).toHaveLength(1);
    expect(await store.books(addMs(NOON, 70_000))).toMatchObject({ flowUsd: $("-9.75"), inFlight: [] });
    const known = await store.bookedOrders([anOrderHash(1), anOrderHash(2)]);
    expect([...known.values()]).toEqual([
      { clientOrderId: "O-1", orderHash: anOrderHash(1), isFinished: true, trades: [], bookedSize: sh("19") },
    ]);
  });

  test("without orders there is nothing on the books and nothing to compare", async () => {
    expect(await store.books(NOON)).toEqual({
      ...{ flowUsd: 0n, payoutsUsd: 0n, closedPositions: 0, inFlight: [], holdings: new Map() },
    });
    expect(await store.bookedOrders([anOrderHash(1)])).toEqual(new Map());
    expect((await readDrift(getDb(), 5)).summary).toMatchObject({ orders: 0, priceDrift: null, positions: 0 });
  });
});
