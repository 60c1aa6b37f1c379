// Goal: a recorded paper session with a model, told to the engine again, gives the same journal; one that was changed is
// caught. A backtest of the same days buys at the book that the session recorded, where trades alone would show none.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createHistoryEngine } from "../../src/adapters/archive/history/engine.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createHistorySource } from "../../src/adapters/postgres/history-source.ts";
import { createJournalReader } from "../../src/adapters/postgres/journal-reader.ts";
import type { HistoryFacts } from "../../src/core/backtest/history.ts";
import type { Scoreboard } from "../../src/core/backtest/scoreboard.ts";
import { listTrades } from "../../src/core/backtest/trades.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import { compareSession } from "../../src/services/backtest/compare-session.ts";
import { collectDecisions, proveDecisions } from "../../src/services/backtest/prove.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { runOptions } from "../support/backtest-options.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { aModel } from "../support/models.ts";
import { aConfig } from "../support/trading.ts";

/** The leader paid 0.50 and nobody traded after him; the session saw an ask of 0.51 and took it. */
async function expectRecordedBook(db: Database): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "orderflow-session-"));
  const engine = createHistoryEngine({ folder, memoryMb: 256 });
  const history = await createHistorySource(db).atOneMoment((moment) => engine.stage(moment, () => undefined));
  try {
    const { firstAt } = history.coverage;
    const options = runOptions(firstAt as EpochMs, addMs(firstAt as EpochMs, DAY_MS), aConfig());
    const hooks = {
      scores(facts: HistoryFacts, board: Scoreboard) {
        const score = { score: 9, tier: "WHALE", followEligible: true, edgeLowerBound: 0.05 } as const;
        for (let wallet = 0; wallet < facts.wallets; wallet += 1) board.restore(wallet, score, epochMs(0));
        return { ...{ fill() {}, effect() {}, resolve() {} }, score: () => 0, held: () => null };
      },
    };
    const collecting = collectDecisions(hooks);
    const { record } = await runBacktest(history, options, { hooks: collecting.hooks });
    expect(record.priced).toEqual({
      decisions: { recorded: 1, evidence: 0 },
      orders: { recorded: 1, evidence: 0 },
    });
    const { rows } = await sql`SELECT id, entry_price::float8::text AS "entryPrice" FROM orderflow_positions`.execute(
      db.kysely,
    );
    expect(listTrades(record).map(({ id, entryPrice }) => ({ id, entryPrice }))).toEqual(rows);

    const { decisions } = collecting;
    const samples = decisions.length;
    const proof = await proveDecisions(history, options, { decisions, samples, hooks });
    expect(proof).toMatchObject({ sampled: samples, differing: [] });

    const unseen = { ...history, facts: { ...history.facts, books: [] } };
    const blind = (await runBacktest(unseen, options, { hooks })).record;
    expect(blind.priced.orders.recorded).toBe(0);
    expect(blind.positions).toEqual([]);
  } finally {
    await history.close();
    await rm(folder, { recursive: true, force: true });
  }
}

describeOnEachEngine("a recorded session", (getDb) => {
  test("gives the same journal again, and a changed step is found", async () => {
    const world = await createExecutorWorld(getDb());
    const positions = () => world.query(sql`SELECT status FROM orderflow_positions`);
    try {
      world.offer(0, "0.5", "0.51");
      // The model has its say about the same fill, and finds the market taken.
      const executor = world.start(world.depsOf(aConfig({ model: aModel() })));
      await world.until(() => executor.service.health().ready);
      await world.whaleBuys();
      await world.until(async () => (await positions()).some(({ status }) => status === "OPEN"));
      await world.resolve(0, [1n, 0n]);
      await world.until(async () => (await positions()).some(({ status }) => status === "CLOSED"));
      await executor.stop();
      const signals = sql`SELECT signal_type, skip_reason, model ->> 'hash' AS model FROM orderflow_signal_reasons ORDER BY 1`;
      expect(await world.query(signals)).toEqual([
        { signal_type: "FOLLOW_WHALE", skip_reason: null, model: null },
        { signal_type: "ML_PREDICTION", skip_reason: "MARKET_ALREADY_HELD", model: "a1b2" },
      ]);

      const journal = createJournalReader(getDb(), "PAPER");
      const parity = await compareSession(journal);
      expect(parity.differsAt).toBeNull();
      expect(parity.steps).toBeGreaterThan(4);
      expect(parity.states).toBeGreaterThan(0);

      await expectRecordedBook(getDb());

      const { rows } = await sql<{ seq: bigint }>`UPDATE flow.journal SET commands = '[]'
        WHERE seq = (SELECT seq FROM flow.journal WHERE commands::text LIKE '%placeOrder%' ORDER BY seq LIMIT 1)
        RETURNING seq`.execute(getDb().kysely);
      expect((await compareSession(journal)).differsAt).toBe(Number(rows[0]?.seq));
      await sql`DELETE FROM flow.journal WHERE seq = 1`.execute(getDb().kysely);
      await expect(compareSession(journal)).rejects.toThrow(/only a journal that is still whole/);
      await sql`DELETE FROM flow.journal`.execute(getDb().kysely);
      await expect(compareSession(journal)).rejects.toThrow(/no paper session has been recorded/);
    } finally {
      await world.close();
    }
  });
});
