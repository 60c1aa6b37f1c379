import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { createLiveOrderStore } from "../../src/adapters/postgres/live-order-store.ts";
import { createTransientOrders } from "../../src/apps/live/transient-orders.ts";
import type { VenueTrade } from "../../src/core/execution/venue-answer.ts";
import type { ClientOrderId } from "../../src/core/ids/ids.ts";
import { addMs } from "../../src/core/time/time.ts";
import type { LiveOrderStore } from "../../src/ports/live-order-store.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { aLiveOrder, anOrderHash, aTokenId, NOON, px, sh } from "../support/trading.ts";

const id = (n: number): ClientOrderId => `O-${n}` as ClientOrderId;
const aTrade = (name: string, status: VenueTrade["status"]): VenueTrade => ({
  ...{ id: name, orderHash: anOrderHash(1), tokenId: aTokenId(1, 0), side: "BUY", role: "taker", price: px("0.5") },
  ...{ size: sh("10"), status, txHash: null, matchedAt: NOON },
});

function keepsItsPromises(open: () => LiveOrderStore): void {
  let store: LiveOrderStore;
  beforeEach(() => {
    store = open();
  });

  test("what comes back is what was stored, byte for byte in what is signed", async () => {
    expect(await store.find(id(1))).toBeNull();
    expect(await store.add(aLiveOrder(1))).toEqual(aLiveOrder(1));
    expect(await store.find(id(1))).toEqual(aLiveOrder(1));
  });

  test("the first order under an id stays: a second signature for it is not used", async () => {
    await store.add(aLiveOrder(1));
    expect(await store.add(aLiveOrder(1, { orderHash: anOrderHash(7) }))).toEqual(aLiveOrder(1));
  });

  test("sending, what the venue knows, and its end are kept, and the end is final", async () => {
    await store.add(aLiveOrder(2));
    await store.add(aLiveOrder(1));
    await store.add({ ...aLiveOrder(3), clientOrderId: "M-3-BUY" as ClientOrderId });
    expect((await store.named("O-")).map(({ clientOrderId }) => clientOrderId)).toEqual([id(1), id(2)]);
    await store.markSent(id(1), addMs(NOON, 5));
    await store.markKnown(id(1), ["a", "b"], [aTrade("a", "MINED")]);
    await store.markKnown(id(1), ["b"], [aTrade("a", "MATCHED"), aTrade("b", "FAILED")]);
    expect(await store.find(id(1))).toMatchObject({
      ...{ lastSentAt: addMs(NOON, 5), isKnown: true, tradeIds: ["a", "b"] },
      trades: [aTrade("a", "MINED"), aTrade("b", "FAILED")],
    });
    const filled = { price: px("0.5"), size: sh("10"), cash: 5_000_000n, fee: 0n };
    const result = { status: "filled", executions: [filled] } as never;
    await store.finish(id(1), result, addMs(NOON, 9));
    await store.finish(id(1), { status: "unfilled", reason: "NO_LIQUIDITY" }, addMs(NOON, 10));
    expect(await store.find(id(1))).toMatchObject({ result });
    expect((await store.named("O-")).map(({ result: end }) => end)).toEqual([result, null]);
  });

  test("an order that was never stored cannot be sent", async () => {
    await expect(store.markSent(id(9), NOON)).rejects.toThrow();
  });
}

describe("live order store [memory]", () => keepsItsPromises(createTransientOrders));
describeOnEachEngine("live order store", (getDb) => {
  beforeEach(async () => {
    await sql`TRUNCATE flow.live_order`.execute(getDb().kysely);
  });
  keepsItsPromises(() => createLiveOrderStore(getDb()));
});
