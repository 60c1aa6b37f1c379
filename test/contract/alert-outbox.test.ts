import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createAlertOutbox } from "../../src/adapters/postgres/alert-outbox.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { aRecord, blockTime } from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { emptyExecutor } from "../support/empty-executor.ts";
import { describeOnEachEngine } from "../support/engines.ts";

describeOnEachEngine("alert outbox", (getDb) => {
  const outbox = () => createAlertOutbox(getDb());
  const now = blockTime(5);
  beforeEach(async () => {
    await emptyChain(getDb());
    await emptyExecutor(getDb());
  });

  test("keeps an alert once, in order, until it is sent or dropped", async () => {
    await outbox().record("a", "error", { service: "listener", reason: "no disk" }, now);
    await outbox().record("b", "feedSilent", { since: 5 }, now);
    await outbox().record("a", "error", { service: "listener", reason: "again" }, now);
    await outbox().record("c", "win", { profitUsd: "1.5" }, now);
    const waiting = await outbox().waiting(10);
    expect(waiting).toMatchObject([
      { kind: "error", facts: { reason: "no disk" }, createdAt: now },
      { kind: "feedSilent", facts: { since: 5 } },
      { kind: "win" },
    ]);
    expect(await outbox().waiting(1)).toHaveLength(1);
    const [first, second] = waiting.map(({ id }) => id);
    await outbox().markSent([String(first)], now);
    await outbox().drop([String(second), String(first)], "refused", now);
    expect((await outbox().waiting(10)).map(({ kind }) => kind)).toEqual(["win"]);
    const { rows } = await sql`SELECT dedup_key, dropped_at IS NULL AS sent, failure FROM flow.alert_outbox
      WHERE id <= ${BigInt(String(second))} ORDER BY id`.execute(getDb().kysely);
    expect(rows).toEqual([
      { dedup_key: "a", sent: true, failure: null },
      { dedup_key: "b", sent: false, failure: "refused" },
    ]);
  });

  test("has one sender at a time, and knows the newest block", async () => {
    const release = await outbox().tryLock(() => {});
    expect(await outbox().tryLock(() => {})).toBeNull();
    await release?.();
    const again = await outbox().tryLock(() => {});
    expect(again).not.toBeNull();
    await again?.();
    expect(await outbox().chainAsOf()).toBeNull();
    await createChainStore(getDb()).extend(aRecord(5, 5, {}));
    expect(await outbox().chainAsOf()).toBe(blockTime(5));
  });
});
