import { sql } from "kysely";
import { expect, test } from "vitest";
import { fromJson, type Json } from "../../src/core/engine/encode.ts";
import type { EngineEvent } from "../../src/core/engine/event.ts";
import type { EngineState } from "../../src/core/engine/state.ts";
import { step } from "../../src/core/engine/step.ts";
import { tokenNo } from "../support/chain-facts.ts";
import { type CrashPoint, createMortal } from "../support/crashing.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";
import { anOrderHash } from "../support/trading.ts";

/**
 * Goal: a process that is killed at any point leaves neither a second order nor a lost position behind.
 * Method: live through two whale's fills, a stop loss and a resolution once undisturbed, then
 * once for every call to the outside, killing the process before or after it and starting a new one. The end must be
 * the same each time.
 */
describeOnEachEngine("an executor killed at any point", (getDb) => {
  test("ends as one that was never killed", async () => {
    const undisturbed = await liveThrough(await createExecutorWorld(getDb()), null);
    expect(undisturbed.rows.positions).toMatchObject([
      { close_reason: "STOP_LOSS", status: "CLOSED" },
      { close_reason: "RESOLUTION", status: "CLOSED" },
    ]);
    let deaths = 0;
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      // After one call is before the next, but for what is under way at the same time.
      const when = call % 2 === 0 ? "before" : "after";
      const killed = await liveThrough(await createExecutorWorld(getDb()), { call, when });
      expect(killed.rows, `killed ${when} call ${call}`).toEqual(undisturbed.rows);
      if (killed.died) deaths += 1;
    }
    // The last calls are idle polls, of which a run may have one more or less.
    expect(deaths).toBeGreaterThan(20);
  }, 120_000);
});

type Ending = { readonly rows: Record<string, unknown>; readonly calls: number; readonly died: boolean };

async function liveThrough(world: ExecutorWorld, point: CrashPoint | null): Promise<Ending> {
  world.offer(0, "0.5", "0.51");
  world.offer(1, "0.5", "0.51");
  const deps = world.depsOf();
  const timing = { ...deps.config.timing, markMs: 1_000 };
  const mortal = createMortal({ ...deps, config: { ...deps.config, timing } }, point);
  let executor = world.start(mortal.deps);
  /** Whoever died is replaced by one that lives. */
  const until = (goal: () => Promise<boolean>): Promise<void> =>
    world.until(async () => {
      if (executor.outcome.ended) executor = world.start();
      return (await goal()) && !executor.outcome.ended;
    }, 25);
  const count = async (statement: ReturnType<typeof sql>) => (await world.query(statement)).length;

  await until(async () => (await count(sql`SELECT 1 FROM flow.executor_state`)) === 1);
  await world.whaleBuys({ orderHash: anOrderHash(1) });
  await until(async () => (await count(sql`SELECT 1 FROM flow.position WHERE status = 'OPEN'`)) === 1);
  world.offer(0, "0.4", "0.41");
  await until(async () => (await count(sql`SELECT 1 FROM flow.position WHERE status = 'CLOSED'`)) === 1);
  await world.whaleBuys({ orderHash: anOrderHash(2), tokenId: tokenNo(2) });
  await until(async () => (await count(sql`SELECT 1 FROM flow.position WHERE status = 'OPEN'`)) === 1);
  await world.resolve(1, [1n, 0n]);
  await until(async () => (await count(sql`SELECT 1 FROM flow.position WHERE status = 'CLOSED'`)) === 2);
  await executor.stop();
  await world.close();
  await expectReplay(world);
  return { rows: await endingOf(world), calls: mortal.calls(), died: mortal.died() };
}

/** Times and marks differ with the moment of the crash; what was decided, ordered, filled and earned may not. */
async function endingOf(world: ExecutorWorld): Promise<Record<string, unknown>> {
  return {
    signals: await world.query(sql`SELECT id, status, stake_micros FROM flow.signal ORDER BY id`),
    orders: await world.query(sql`SELECT client_order_id, status FROM flow.trade_order ORDER BY client_order_id`),
    fills: await world.query(sql`
      SELECT client_order_id, fill_index, cash_micros, size_micros FROM flow.own_fill ORDER BY client_order_id, fill_index`),
    positions: await world.query(sql`
      SELECT id, entry_cash_micros, exit_cash_micros, realized_micros, status, close_reason FROM flow.position
      ORDER BY opened_at`),
    account: await world.query(sql`SELECT cash_micros, realized_micros FROM flow.executor_state`),
    day: await world.query(sql`SELECT signals, executed, wins, losses, net_micros FROM flow.performance_day`),
    alerts: await world.query(sql`SELECT dedup_key FROM flow.alert_outbox ORDER BY dedup_key`),
  };
}

/** The journal alone, from its first event, gives every command and the state again. */
async function expectReplay(world: ExecutorWorld): Promise<void> {
  const journal = await world.query(sql`SELECT seq, event, commands FROM flow.journal ORDER BY seq`);
  const [stored] = await world.query(sql`SELECT snapshot FROM flow.executor_state`);
  let state: EngineState | null = null;
  for (const [index, entry] of journal.entries()) {
    expect(entry.seq).toBe(BigInt(index + 1));
    const result = step(state, fromJson(entry.event as Json) as EngineEvent);
    expect(result.commands).toEqual(fromJson(entry.commands as Json));
    state = result.state;
  }
  expect(state).toEqual(fromJson(stored?.snapshot as Json));
}
