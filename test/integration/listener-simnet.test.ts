import { sql } from "kysely";
import { expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createGammaCatalog } from "../../src/adapters/polymarket-gamma/gamma-catalog.ts";
import { createGammaClient } from "../../src/adapters/polymarket-gamma/gamma-client.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { DEFAULT_LIMITS } from "../../src/adapters/simnet/server/rpc-methods.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { EXCHANGES } from "../../src/core/chain/contracts.ts";
import { TOPICS } from "../../src/core/chain/topics.ts";
import { epochMs } from "../../src/core/time/time.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

// Goal: what the simulated world puts on its chain, all of it and nothing else, is in the tables, with titles from its
// Gamma; V1 and V2, markets and resolutions, through a reorg. Method: count and sum on the chain's own logs.
describeOnEachEngine("the listener in the simulated world", (getDb) => {
  test("holds every fill, market and resolution of it, titled, and follows a reorg", { timeout: 60_000 }, async () => {
    const clock = createManualClock(epochMs(Date.UTC(2026, 10, 20, 12)));
    const simnet = await startSimnet({ seed: "listener", port: 0, clock, history: 4, isManual: true });
    const stop = new AbortController();
    const logger = createQuietLogger();
    const wall = createSystemClock();
    const random = () => 0;
    try {
      const urls = [simnet.rpcUrl, simnet.wsUrl];
      const logSource = await connectPolygon({ urls, clock: wall, random, logger }, stop.signal);
      const catalog = createGammaCatalog(createGammaClient({ baseUrl: simnet.gammaUrl, clock: wall, random }));
      const config = { ...defaultListenerConfig, startBlock: simnet.chain.firstBlock, infoBatch: 1_000 };
      const store = createChainStore(getDb());
      const service = createListenerService({ logSource, catalog, store, clock, logger, config });
      const running = service.run(stop.signal);

      const number = async (statement: string): Promise<number> =>
        Number((await sql<{ n: string | null }>`${sql.raw(statement)}`.execute(getDb().kysely)).rows[0]?.n ?? -1);
      const caughtUp = async (): Promise<void> => {
        for (;;) {
          const covered = await number("SELECT max(to_block)::text AS n FROM flow.coverage");
          if (covered === simnet.chain.head() && clock.sleeping() >= 2) return;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const logs = () => {
        const { firstBlock, head, nonEmpty, logsOf } = simnet.chain;
        return [...nonEmpty(firstBlock, head())].flatMap((block) => logsOf(block));
      };
      const countOf = (...topics: string[]) => logs().filter((log) => topics.includes(log.topics[0] ?? "")).length;
      const expectEqual = async (): Promise<void> => {
        expect({
          fills: await number("SELECT count(*)::text AS n FROM flow.fill"),
          resolutions: await number("SELECT count(*)::text AS n FROM flow.resolution"),
          quarantined: await number("SELECT count(*)::text AS n FROM flow.quarantine"),
          withoutMarket: await number(
            "SELECT count(*)::text AS n FROM flow.fill JOIN flow.token USING (token_key) WHERE market_key IS NULL",
          ),
        }).toEqual({
          fills: countOf(TOPICS.orderFilledV1, TOPICS.orderFilledV2),
          resolutions: countOf(TOPICS.conditionResolution),
          quarantined: 0,
          withoutMarket: 0,
        });
      };

      await caughtUp();
      await expectEqual();
      expect(await number("SELECT count(*)::text AS n FROM flow.market WHERE prepared_block IS NOT NULL")).toBe(
        countOf(TOPICS.conditionPreparation),
      );
      await clock.advance(config.infoPollMs);
      await caughtUp();
      expect(await number("SELECT count(*)::text AS n FROM flow.market WHERE title IS NULL")).toBe(0);

      simnet.advanceTo(clock.nowMs() + 60_000);
      await clock.advance(config.pollMs);
      await caughtUp();
      simnet.reorg(3, "shifted");
      simnet.advanceTo(clock.nowMs() + 90_000);
      await clock.advance(config.pollMs);
      await caughtUp();
      expect(await number("SELECT count(*)::text AS n FROM flow.ingest WHERE kind = 'retract'")).toBe(1);
      await expectEqual();
      stop.abort();
      await running;
    } finally {
      stop.abort();
      await simnet.stop();
    }
  });
});

test("a block of the simulated world with more logs than its node hands out is read at once, from receipts that nobody doubts", async () => {
  const clock = createManualClock(epochMs(Date.UTC(2026, 10, 20, 12)));
  const limits = { ...DEFAULT_LIMITS, resultsMax: 4 };
  const simnet = await startSimnet({ seed: "receipts", port: 0, clock, history: 1, isManual: true, limits });
  try {
    const common = { clock: createSystemClock(), random: () => 0, logger: createQuietLogger(), attemptsMax: 1 };
    const never = new AbortController().signal;
    const source = await connectPolygon({ urls: [simnet.rpcUrl], ...common }, never);
    const { chain } = simnet;
    const fills = (block: number) => chain.logsOf(block).filter(({ topics }) => topics[0] === TOPICS.orderFilledV2);
    const block = [...chain.nonEmpty(chain.firstBlock, chain.head())].find((each) => fills(each).length > 4) ?? 0;
    const filter = { addresses: EXCHANGES.map(({ address }) => address), topics: [TOPICS.orderFilledV2] };
    const { logs } = await source.readRange({ fromBlock: block, toBlock: block, filter, headersFrom: block }, never);
    expect(logs.map(({ logIndex }) => logIndex)).toEqual(fills(block).map(({ logIndex }) => Number(logIndex)));
  } finally {
    await simnet.stop();
  }
});
