import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createGammaCatalog } from "../../src/adapters/polymarket-gamma/gamma-catalog.ts";
import { createGammaClient } from "../../src/adapters/polymarket-gamma/gamma-client.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { Simnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import type { ManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";

/** Reads all of simnet's chain into the database, with the times of its markets, and stops. */
export async function readSimnetChain(db: Database, simnet: Simnet, clock: ManualClock): Promise<void> {
  const stop = new AbortController();
  const [logger, wall, random] = [createQuietLogger(), createSystemClock(), () => 0];
  const urls = [simnet.rpcUrl, simnet.wsUrl];
  const service = createListenerService({
    logSource: await connectPolygon({ urls, clock: wall, random, logger }, stop.signal),
    catalog: createGammaCatalog(createGammaClient({ baseUrl: simnet.gammaUrl, clock: wall, random })),
    store: createChainStore(db),
    clock,
    logger,
    config: { ...defaultListenerConfig, startBlock: simnet.chain.firstBlock, infoBatch: 2_000 },
  });
  const running = service.run(stop.signal);
  try {
    const isRead = async (): Promise<boolean> => {
      const { to } = await db.kysely
        .selectFrom("flow.coverage")
        .select((each) => each.fn.max("to_block").as("to"))
        .executeTakeFirstOrThrow();
      return to === simnet.chain.head();
    };
    const areTitled = async (): Promise<boolean> => {
      const untitled = await db.kysely
        .selectFrom("flow.market")
        .select("market_key")
        .where("title", "is", null)
        .limit(1)
        .execute();
      return untitled.length === 0;
    };
    while (!(await isRead())) await new Promise((resolve) => setImmediate(resolve));
    while (!(await areTitled())) {
      await clock.untilSleeping(2);
      await clock.advance(defaultListenerConfig.infoPollMs);
    }
  } finally {
    stop.abort();
    await running;
  }
}
