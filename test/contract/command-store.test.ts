import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { createCommandStore } from "../../src/adapters/postgres/command-store.ts";
import { readSignalReasons } from "../../src/adapters/postgres/operator-reads.ts";
import { control } from "../../src/apps/commands/control.ts";
import { createDesk } from "../../src/apps/desk.ts";
import type { PositionId } from "../../src/core/ids/ids.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";

describeOnEachEngine("commands", (getDb) => {
  let world: ExecutorWorld;
  beforeEach(async () => {
    world = await createExecutorWorld(getDb());
  });
  afterEach(() => world.close());

  const store = () => createCommandStore(getDb());
  const written = () => world.query(sql`SELECT kind, position_id, created_by FROM flow.command ORDER BY id`);
  const asked = (kind: "pause" | "resume" | "close-all") => store().submit({ kind }, "test", world.clock.nowMs());
  const handleAll = () => world.query(sql`UPDATE flow.command SET handled_at = ${ts(world.clock.nowMs())}`);
  const running = async () => {
    world.offer(0, "0.5", "0.51");
    const executor = world.start();
    await world.until(() => executor.service.health().ready);
    await world.whaleBuys();
    await world.until(async () => (await world.query(sql`SELECT 1 FROM flow.position`)).length === 1);
    return executor;
  };

  test("are written once however often they are asked for, until overruled", async () => {
    const first = await asked("pause");
    expect(first).toMatchObject({ kind: "waiting" });
    expect(await asked("pause")).toEqual(first);
    await asked("resume");
    await asked("pause");
    expect((await written()).map(({ kind }) => kind)).toEqual(["pause", "resume", "pause"]);
    expect(first.kind === "waiting" && (await store().handledAt(first.commandId))).toBeNull();
    await handleAll();
    expect(first.kind === "waiting" && (await store().handledAt(first.commandId))).toBe(world.clock.nowMs());
  });

  test("say so where nothing is to be done, or it cannot be", async () => {
    expect(await asked("close-all")).toEqual({ kind: "done", detail: "no position is open" });
    const close = { kind: "close", positionId: "P-nothing" as PositionId } as const;
    expect(await store().submit(close, "test", world.clock.nowMs())).toEqual({
      kind: "refused",
      detail: "there is no position P-nothing; no position is open",
    });
    expect(await written()).toEqual([]);
  });

  test("see the executor while it runs, and when it was last there", async () => {
    expect(await store().sight()).toEqual({ isRunning: false, lastSeenAt: null, tradingState: null });
    const executor = await running();
    expect(await store().sight()).toMatchObject({ isRunning: true, tradingState: "ACTIVE" });
    await executor.stop();
    expect(await store().sight()).toMatchObject({ isRunning: false, lastSeenAt: expect.any(Number) });
  });

  test("take effect within a second by the wake alone, and once", async () => {
    const executor = await running();
    const desk = createDesk(getDb(), world.clock);
    const [position] = await desk.positions(1);
    const id = String(position?.id) as PositionId;
    const before = world.clock.nowMs();
    expect(await desk.submit({ kind: "close", positionId: id }, "test")).toMatchObject({ kind: "waiting" });
    // Perhaps taken up already: then the same again, which sells nothing twice.
    await desk.submit({ kind: "close", positionId: id }, "test");
    await world.until(async () => (await desk.positions(1))[0]?.status === "CLOSED", 10);
    expect(world.clock.nowMs() - before).toBeLessThan(1_000);
    expect(await desk.submit({ kind: "close", positionId: id }, "test")).toMatchObject({
      kind: "done",
      detail: expect.stringContaining("COMMAND"),
    });
    expect(await world.query(sql`SELECT 1 FROM flow.trade_order WHERE side = 'SELL'`)).toHaveLength(1);
    await executor.stop();
  });

  test("without an executor: stopping waits for the next start, all else is refused with the time since when", async () => {
    const executor = await running();
    await executor.stop();
    const desk = createDesk(getDb(), world.clock);
    expect(await control(desk, { kind: "close-all" }, "test", world.clock)).toMatchObject({
      outcome: "refused",
      detail: expect.stringMatching(/no executor is running \(last sign of life 2026-01-01T/),
    });
    expect(await control(desk, { kind: "pause" }, "test", world.clock)).toMatchObject({ outcome: "waiting" });
    expect(await written()).toMatchObject([{ kind: "pause" }]);
    const next = world.start();
    await world.until(async () => (await store().sight()).tradingState === "REDUCING");
    await next.stop();
  });

  test("the reasons of a signal hold its inputs, the score in force, the book as seen and every check", async () => {
    const executor = await running();
    await executor.stop();
    const [signal] = await createDesk(getDb(), world.clock).signals(1);
    const reasons = await readSignalReasons(getDb(), String(signal?.id));
    expect(reasons?.signal).toMatchObject({
      signal_type: "FOLLOW_WHALE",
      wallet_score: 9,
      edge_lower_bound: 0.05,
      order_status: "FILLED",
      book_seen: { bids: [["0.5", "10000"]], asks: [["0.51", "10000"]], tickSize: "0.01", hasBook: true },
    });
    expect(reasons?.checks.map(({ code }) => code)).toContain("SLIPPAGE_ABOVE_MAX");
    expect(reasons?.checks.every(({ passed, limit, value }) => passed && limit !== "" && value !== "")).toBe(true);
    expect(await readSignalReasons(getDb(), "nothing")).toBeNull();
  });
});
