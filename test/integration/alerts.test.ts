import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/adapters/config/secret.ts";
import { createDiscordNotifier } from "../../src/adapters/discord/discord-notifier.ts";
import { createAlertOutbox } from "../../src/adapters/postgres/alert-outbox.ts";
import type { AlertOutbox } from "../../src/ports/alert-outbox.ts";
import { type AlertDeps, createAlertService } from "../../src/services/alerts/alert-service.ts";
import { type Discord, startDiscord, TOKEN } from "../support/discord-server.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

// Alerts from the transaction of what they tell to a channel that behaves as Discord does.

describeOnEachEngine("alerts", (getDb) => {
  let world: ExecutorWorld;
  let discord: Discord;
  let wall: ManualClock;
  let logger: ReturnType<typeof createQuietLogger>;
  let stops: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    world = await createExecutorWorld(getDb());
    discord = await startDiscord();
    wall = createManualClock();
    logger = createQuietLogger();
    stops = [];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    await world.close();
    await discord.close();
  });

  function startAlerts(change: Partial<AlertDeps> = {}) {
    const stopping = new AbortController();
    const service = createAlertService({
      outbox: createAlertOutbox(getDb()),
      notifier: createDiscordNotifier({ webhookUrl: new Secret(discord.url), timeoutMs: 5_000 }),
      clock: world.clock,
      wall,
      random: () => 0,
      logger,
      wake: getDb().wake,
      feedSilentMs: 60_000,
      ...change,
    });
    const running = service.run(stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await running;
    };
    stops.push(stop);
    return { service, stop };
  }
  const record = (key: string) =>
    createAlertOutbox(getDb()).record(key, "error", { service: "listener", reason: key }, world.clock.nowMs());
  const waiting = async () => (await createAlertOutbox(getDb()).waiting(1_000)).length;
  /** Wall time goes on whenever the sender rests. */
  const until = async (goal: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await goal())) {
      if (wall.sleeping() > 0) await wall.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const said = (): string => discord.posted.map(({ content }) => content).join("\n");

  test("tell of a whale's signal, the trade, a pause and the win, in the words that people know", async () => {
    world.offer(0, "0.5", "0.51");
    startAlerts();
    const executor = world.start();
    await world.until(() => executor.service.health().ready);
    await world.whaleBuys();
    await world.until(async () => (await world.query(sql`SELECT 1 FROM flow.position`)).length === 1);
    await until(() => discord.posted.length === 2);
    await world.query(sql`INSERT INTO flow.command (kind, created_by, created_at) VALUES ('pause', 'test', now())`);
    await world.resolve(0, [1n, 0n]);
    await world.until(
      async () => (await world.query(sql`SELECT 1 FROM flow.position WHERE status = 'CLOSED'`)).length === 1,
    );
    await until(() => discord.posted.length === 4);
    await executor.stop();
    expect(said()).toMatch(/WHALE SIGNAL\*\* whale 0x\w{4}…\w{4} · score 9\.0 · price \$0\.50 · size \$200\.00/);
    expect(said()).toMatch(/PAPER TRADE\*\* 390\.\d+ Up in “.*” · entry \$0\.51 · cost \$198\.97/);
    expect(said()).toMatch(/TRADING PAUSED\*\* exits go on/);
    expect(said()).toMatch(/WIN\*\* Up in “.*” · entry \$0\.51 · exit \$1\.00 · profit \+\$191/);
    await until(async () => (await waiting()) === 0);
  });

  test("many at once are one digest; the channel's limits, troubles and refusals are met and outlived", async () => {
    for (let alert = 0; alert < 100; alert += 1) await record(`disk ${alert}`);
    discord.meet(
      { kind: "limited", seconds: 30, isGlobal: true },
      { kind: "status", status: 502 },
      { kind: "status", status: 404 },
    );
    const before = wall.nowMs();
    startAlerts();
    await until(async () => (await waiting()) === 0);
    expect(wall.nowMs() - before).toBeGreaterThanOrEqual(30_000 + 500 + 600_000);
    expect(discord.posted).toHaveLength(1);
    expect(said()).toContain("100 alerts");
    expect(said().length).toBeLessThanOrEqual(2_000);
    expect(said()).toMatch(/and \d+ more$/);
    // What will never be taken does not stand in the way of the next.
    discord.meet({ kind: "status", status: 400 });
    await record("refused");
    await until(async () => (await waiting()) === 0);
    await record("after it");
    await until(async () => (await waiting()) === 0);
    expect(discord.posted.at(-1)?.content).toContain("after it");
  });

  test("a sender killed between sending and marking sends that one message twice, and no other", async () => {
    for (const key of ["first", "second", "third"]) await record(key);
    const honest = createAlertOutbox(getDb());
    const dying: AlertOutbox = {
      ...honest,
      markSent: () => new Promise(() => {}),
      tryLock: async () => async () => {},
    };
    const killed = new AbortController();
    void createAlertService({
      outbox: dying,
      notifier: createDiscordNotifier({ webhookUrl: new Secret(discord.url), timeoutMs: 5_000 }),
      clock: world.clock,
      wall: createManualClock(),
      random: () => 0,
      logger,
      wake: getDb().wake,
      feedSilentMs: 60_000,
    }).run(killed.signal);
    await until(() => discord.posted.length === 1);
    startAlerts();
    await until(async () => (await waiting()) === 0);
    killed.abort();
    const told = discord.posted.map(({ content }) => /listener: (\w+)/.exec(content)?.[1]);
    expect(told).toEqual(["first", "first", "second", "third"]);
  });

  test("a feed that falls silent is told once, and told again when it is back", async () => {
    startAlerts();
    await world.mine();
    await until(() => wall.nowMs() > 5_000);
    await world.clock.advance(61_000);
    await until(() => discord.posted.length === 1);
    await world.clock.advance(61_000);
    await world.mine();
    await until(() => discord.posted.length === 2);
    expect(said()).toMatch(/FEED SILENT\*\* no new block since \d\d:\d\d:\d\d UTC/);
    expect(said()).toMatch(/FEED BACK\*\* after 1\d\d s/);
  });

  test("the webhook's address is nowhere: not in a log line, not in the database", async () => {
    discord.meet({ kind: "status", status: 404 }, { kind: "status", status: 500 }, { kind: "moved" });
    discord.meet({ kind: "status", status: 400 });
    await record("one");
    const { service } = startAlerts();
    await until(async () => (await waiting()) === 0);
    const { rows } = await sql`SELECT row_to_json(o)::text AS line FROM flow.alert_outbox o`.execute(getDb().kysely);
    const everything = JSON.stringify([logger.lines, rows, service.health()], (_, value: unknown) =>
      value instanceof Error ? `${value.stack} ${String(value.cause)}` : value,
    );
    expect(logger.lines.filter(({ message }) => message === "alert not sent")).toHaveLength(3);
    expect(everything).toContain("refused");
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain("webhooks");
  });
});
