import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStrategyFile } from "../../src/adapters/config/strategy-file.ts";
import { createAlertOutbox } from "../../src/adapters/postgres/alert-outbox.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import { createEngineSettings } from "../../src/services/executor/engine-settings.ts";
import { tokenNo, walletNo } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { aConfig } from "../support/trading.ts";

describeOnEachEngine("the executor with a strategy file", (getDb) => {
  let world: ExecutorWorld;
  let folder: string;
  beforeEach(async () => {
    world = await createExecutorWorld(getDb());
    folder = await mkdtemp(join(tmpdir(), "orderflow-strategy-"));
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  const positions = () => world.query(sql`SELECT * FROM orderflow_positions ORDER BY opened_at, id`);
  const signals = () => world.query(sql`SELECT * FROM orderflow_signals ORDER BY created_at, id`);

  test("follows each change without a restart, keeps what was in force where a change is faulty, and remembers", async () => {
    const path = join(folder, "orderflow.config.ts");
    const write = (rules: string) => writeFile(path, `export default ${rules};\n`);
    const logger = createQuietLogger();
    const start = async () => {
      const source = createStrategyFile(path);
      const parts = { base: aConfig(), outbox: createAlertOutbox(getDb()), clock: world.clock, logger };
      const settings = await createEngineSettings({ ...parts, source });
      const executor = world.start({ ...world.depsOf(), logger, settings });
      await world.until(() => executor.service.health().ready);
      return executor;
    };
    const said = (message: string) => logger.lines.filter((line) => line.message === message).length;
    for (const market of [0, 1]) world.offer(market, "0.5", "0.51");

    await write(`{ block: ["${walletNo(1)}"] } satisfies object`);
    const executor = await start();
    await world.whaleBuys();
    await world.until(async () => (await signals()).length === 1);
    expect(await signals()).toMatchObject([{ skip_reason: "WALLET_BLOCKED", skip_value: walletNo(1) }]);

    await write("{ base: { stake: { fixedUsd: 25 } }, dayUsd: 40 }");
    // However often the chain wakes the executor in between.
    for (let hint = 0; hint < 20; hint += 1) {
      await getDb().wake.notify("orderflow_chain");
      await world.clock.advance(500);
      await world.until(() => world.clock.sleeping() > 0);
    }
    expect(said("strategy file in force")).toBe(1);
    await world.whaleBuys({ tokenId: tokenNo(1) });
    await world.until(async () => (await positions()).length === 1);
    expect(await positions()).toMatchObject([{ status: "OPEN", cost_usd: "24.999996" }]);

    await write("{ base: { stake: { fixedUsd: -5 }, takeProfitPrecent: 3 } }");
    await world.until(() => said("strategy file refused") === 1);
    await world.until(
      async () => (await world.query(sql`SELECT 1 FROM flow.alert_outbox WHERE kind = 'error'`)).length === 1,
    );
    const [alert] = await world.query(
      sql`SELECT payload ->> 'reason' AS reason FROM flow.alert_outbox WHERE kind = 'error'`,
    );
    expect(alert?.reason).toContain("takeProfitPrecent is not a known name; did you mean takeProfitPercent?");
    expect(alert?.reason).toContain("base.stake must be { kelly");
    await executor.stop();

    // The budget of the day outlives the process; the faulty file does not let a new one start.
    await expect(start()).rejects.toThrow("did you mean takeProfitPercent?");
    await write("{ base: { stake: { fixedUsd: 25 } }, dayUsd: 40 }");
    const next = await start();
    await world.whaleBuys({ tokenId: tokenNo(2) });
    await world.until(async () => (await signals()).some((row) => row.skip_reason === "DAY_BUDGET_SPENT"));
    expect((await signals()).at(-1)).toMatchObject({ skip_limit: "40", skip_value: "49.999996" });

    await write("{ base: { takeProfitPercent: 10 } }");
    world.offer(0, "0.58", "0.6");
    await world.until(async () => (await positions())[0]?.status === "CLOSED", 500);
    await next.stop();
    expect(await positions()).toMatchObject([{ close_reason: "TAKE_PROFIT" }]);
    expect(said("strategy file refused")).toBe(1);

    const journal = await createExecutorStore(getDb(), "PAPER").load();
    expect(journal.snapshot?.state.config.copy.base).toEqual({ takeProfitBps: 1_000n });
    const hashes = await world.query(
      sql`SELECT DISTINCT event -> 'config' ->> 'strategyHash' AS hash FROM flow.journal WHERE event ? 'config'`,
    );
    expect(hashes.map((row) => String(row.hash).length)).toEqual([64, 64, 64]);
  });
});
