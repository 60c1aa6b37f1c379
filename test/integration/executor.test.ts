import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { TransientError } from "../../src/core/errors.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/time/time.ts";
import { marketNo, tokenNo, walletNo } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld, type ExecutorWorld } from "../support/executor-world.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { aBook, someTerms } from "../support/trading.ts";

describeOnEachEngine("the executor", (getDb) => {
  let world: ExecutorWorld;
  beforeEach(async () => {
    world = await createExecutorWorld(getDb());
  });
  afterEach(async () => {
    await world.close();
  });

  const signals = () => world.query(sql`SELECT * FROM orderflow_signals ORDER BY created_at, id`);
  const positions = () => world.query(sql`SELECT * FROM orderflow_positions ORDER BY opened_at, id`);
  const hasPosition = (status: string) => async () => (await positions()).some((row) => row.status === status);
  const hasSignal = (status: string) => async () => (await signals()).some((row) => row.status === status);
  const trading = (executor: ReturnType<ExecutorWorld["start"]>) => () =>
    executor.service.health().detail.startsWith("trading");

  test("follows a whale's fill on paper and wins at the resolution, to the cent", async () => {
    const { books } = world;
    // 0.51 is the best ask: at confidence 0.9 a quarter of Kelly on 1,000 USD stakes 198.97.
    books.setBook(
      tokenNo(0),
      aBook(
        [["0.5", "1000"]],
        [
          ["0.51", "100"],
          ["0.52", "1000"],
        ],
      ),
    );
    books.setTerms(marketNo(0), { ...someTerms, fee: { rate: 0.05, exponent: 1 } });
    const logger = createQuietLogger();
    const executor = world.start({ ...world.depsOf(), logger });
    await world.until(trading(executor));
    await world.whaleBuys();
    await world.until(hasPosition("OPEN"));
    await world.resolve(0, [1n, 0n]);
    await world.until(hasPosition("CLOSED"));
    await executor.stop();

    // Of 100 shares at 0.51 47 are ours, for 23.97; of the 175.00 left, 336.5384 at 0.52 are 174.999968.
    // Fees: 47 · 0.05 · 0.2499 = 0.58727 and 336.5384 · 0.05 · 0.2496 = 4.20000.
    expect(await signals()).toMatchObject([
      {
        ...{ signal_type: "FOLLOW_WHALE", trigger_wallet: walletNo(1), status: "EXECUTED", stake_usd: "198.970000" },
        ...{ outcome_status: "WIN", profit_loss_usd: "179.781162", skip_reason: null },
      },
    ]);
    expect(await positions()).toMatchObject([
      {
        ...{ shares: "383.538400", cost_usd: "203.757238", fees_usd: "4.787270", exit_price: "1.000000" },
        ...{ realized_pnl_usd: "179.781162", status: "CLOSED", close_reason: "RESOLUTION", mode: "PAPER" },
      },
    ]);
    // The control buys 397.94 of the other outcome at 1 − 0.5 for 198.97, and 397.94 · 0.05 · 0.25 in fees, and loses it.
    expect(await world.query(sql`SELECT * FROM orderflow_controls`)).toMatchObject([
      {
        ...{ signal_type: "FOLLOW_WHALE", outcome: "Down", stake_usd: "198.970000", shares: "397.940000" },
        ...{ cost_usd: "203.944250", status: "SETTLED", profit_loss_usd: "-203.944250" },
        ...{ signal_profit_loss_usd: "179.781162", unrealized_pnl_usd: null },
      },
    ]);
    expect(await world.query(sql`SELECT * FROM orderflow_control_comparison`)).toMatchObject([
      { mode: "PAPER", pairs: 1, signal_better: 1, control_pnl_usd: "-203.944250" },
    ]);
    expect(await world.query(sql`SELECT * FROM orderflow_signal_reasons`)).toMatchObject([
      { wallet_tier: "WHALE", trigger_fills: 1, panic_wallets: null, control_profit_loss_usd: "-203.944250" },
    ]);
    expect(await world.query(sql`SELECT estimates FROM flow.trade_order`)).toMatchObject([
      { estimates: { expected: { size: "384557600" }, pessimistic: { size: "383538400", feesUsd: "4787270" } } },
    ]);
    expect(await world.query(sql`SELECT * FROM orderflow_performance`)).toMatchObject([
      {
        ...{ signals: 1, executed: 1, wins: 1, losses: 0, win_rate: 1, gross_pnl_usd: "184.568432" },
        ...{ fees_usd: "4.787270", net_pnl_usd: "179.781162", equity_usd: "10179.781162", deployed_usd: "0.000000" },
        control_pnl_usd: "-203.944250",
      },
    ]);
    expect(await world.query(sql`SELECT * FROM orderflow_significance ORDER BY source NULLS FIRST`)).toMatchObject([
      { signal_type: "FOLLOW_WHALE", source: null, bets: 1, clusters: 1, verdict: "cannot tell", lower_bound: null },
      { signal_type: "FOLLOW_WHALE", source: walletNo(1), bets: 1, edge_per_share: 179.781162 / 383.5384 },
    ]);
    const lines = logger.lines.map((line) => line.message);
    expect(lines).toEqual(expect.arrayContaining(["whale signal", "paper trade", "win", "sleeping"]));
  });

  test("keeps the reason for a signal that it did not act on", async () => {
    world.offer(0, "0.58", "0.6");
    const executor = world.start();
    await world.until(trading(executor));
    await world.whaleBuys();
    await world.until(hasSignal("SKIPPED"));
    await executor.stop();
    expect(await signals()).toMatchObject([
      { skip_reason: "SLIPPAGE_ABOVE_MAX", skip_limit: "0.52", skip_value: "0.6", outcome_status: null },
    ]);
  });

  test("asks again for a book while the signal lives, and lets it expire after that", async () => {
    const { books } = world;
    world.offer(0, "0.5", "0.51");
    books.failWith(new TransientError("DOWN", "the venue cannot be reached"));
    const executor = world.start();
    await world.until(trading(executor));
    await world.whaleBuys();
    await world.until(hasSignal("EXPIRED"), 1_000);
    books.failWith(null);
    await world.whaleBuys({ tokenId: tokenNo(2) });
    world.offer(1, "0.5", "0.51");
    await world.until(hasPosition("OPEN"));
    await executor.stop();
    expect((await signals()).map((row) => row.status)).toEqual(["EXPIRED", "EXECUTED"]);
  });

  test("sells what its leader sold while no executor ran, however long that was", async () => {
    world.offer(0, "0.5", "0.51");
    const first = world.start();
    await world.until(trading(first));
    await world.whaleBuys();
    await world.until(hasPosition("OPEN"));
    await first.stop();
    await world.whaleBuys({ side: "SELL" });
    await world.clock.advance(2 * HOUR_MS);
    await world.mine();
    const second = world.start();
    await world.until(hasPosition("CLOSED"));
    await second.stop();
    expect(await positions()).toMatchObject([{ close_reason: "LEADER_EXIT" }]);
    expect((await signals()).map((row) => [row.signal_type, row.status])).toEqual([
      ["FOLLOW_WHALE", "EXECUTED"],
      ["EXIT_FOLLOW", "EXECUTED"],
    ]);
  });

  test("marks what it holds and sells it when the bid has fallen 15 % under cost", async () => {
    world.offer(0, "0.5", "0.51");
    const executor = world.start();
    await world.until(trading(executor));
    await world.whaleBuys();
    await world.until(hasPosition("OPEN"));
    await world.until(async () => (await positions())[0]?.current_price === "0.500000", 1_000);
    world.offer(0, "0.4", "0.42");
    await world.until(hasPosition("CLOSED"), 500);
    await executor.stop();
    expect(await positions()).toMatchObject([{ close_reason: "STOP_LOSS", exit_price: "0.400000" }]);
    expect(await signals()).toMatchObject([{ outcome_status: "LOSS" }]);
  });

  test("obeys commands within a second and remembers a pause over a restart", async () => {
    world.offer(0, "0.5", "0.51");
    const command = (kind: string, position: string | null = null) =>
      world.query(sql`INSERT INTO flow.command (kind, position_id, created_by, created_at)
        VALUES (${kind}, ${position}, 'test', ${ts(world.clock.nowMs())})`);
    const handled = async () =>
      (await world.query(sql`SELECT 1 FROM flow.command WHERE handled_at IS NULL`)).length === 0;
    const executor = world.start();
    await world.until(trading(executor));
    await world.whaleBuys();
    await world.until(hasPosition("OPEN"));
    const before = world.clock.nowMs();
    await command("pause");
    await command("close", String((await positions())[0]?.id));
    await getDb().wake.notify("orderflow_commands");
    await world.until(hasPosition("CLOSED"));
    expect(world.clock.nowMs() - before).toBeLessThan(1_000);
    await executor.stop();

    const next = world.start();
    await world.until(trading(next));
    await world.whaleBuys({ tokenId: tokenNo(2) });
    world.offer(1, "0.5", "0.51");
    await world.until(hasSignal("SKIPPED"));
    await command("resume");
    await world.until(handled);
    await next.stop();
    expect((await signals()).map((row) => row.skip_reason)).toEqual([null, "TRADING_PAUSED"]);
    expect(await world.query(sql`SELECT trading_state FROM flow.executor_state`)).toEqual([
      { trading_state: "ACTIVE" },
    ]);
  });

  test("one of two executors trades; the other takes over within ten seconds when it ends", async () => {
    const logger = createQuietLogger();
    const first = world.start();
    await world.until(trading(first));
    const second = world.start({ ...world.depsOf(), logger });
    const told = () => logger.lines.filter((line) => line.message.startsWith("another executor")).length;
    await world.until(() => told() > 0);
    for (let retry = 0; retry < 3; retry += 1) {
      await world.clock.untilSleeping(2);
      await world.clock.advance(3_000);
    }
    expect(second.service.health()).toEqual({ ready: true, detail: "another executor is trading; ready to take over" });
    await first.stop();
    const endedAt = world.clock.nowMs();
    await world.until(trading(second), 500);
    expect(world.clock.nowMs() - endedAt).toBeLessThan(10_000);
    await second.stop();
    expect(told()).toBe(1);
  });

  test("stores its place within seconds also when nothing comes after it", async () => {
    const executor = world.start();
    await world.until(trading(executor));
    await world.mine();
    const minedAt = world.clock.nowMs();
    await world.until(async () => {
      const rows = await world.query(sql`SELECT 1 FROM flow.reader_cursor c
        WHERE reader = 'executor:PAPER' AND seq = (SELECT max(seq) FROM flow.ingest)`);
      return rows.length === 1;
    }, 500);
    expect(world.clock.nowMs() - minedAt).toBeLessThan(10_000);
    await executor.stop();
  });

  test("writes a row for a day without trades", async () => {
    const deps = world.depsOf();
    // A day of three-second polls would be many.
    const timing = { ...deps.config.timing, pollMs: HOUR_MS, markMs: HOUR_MS };
    const executor = world.start({ ...deps, config: { ...deps.config, timing } });
    await world.until(trading(executor));
    const days = async () => (await world.query(sql`SELECT date FROM orderflow_performance ORDER BY date`)).length;
    await world.until(async () => (await days()) === 2, DAY_MS / 4);
    await executor.stop();
    const rows = await world.query(sql`SELECT * FROM orderflow_performance ORDER BY date`);
    expect(rows).toMatchObject([
      { date: "2026-01-01", signals: 0, equity_usd: "10000.000000" },
      { date: "2026-01-02", signals: 0, win_rate: null, sharpe_ratio: null },
    ]);
  });
});
