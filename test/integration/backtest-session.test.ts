// Goal: a recorded paper session with a model, told to the engine again, gives the same journal; one that was changed is
// caught.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createJournalReader } from "../../src/adapters/postgres/journal-reader.ts";
import { compareSession } from "../../src/services/backtest/compare-session.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createExecutorWorld } from "../support/executor-world.ts";
import { aModel } from "../support/models.ts";
import { aConfig } from "../support/trading.ts";

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
