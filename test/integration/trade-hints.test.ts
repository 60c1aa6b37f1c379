import { sql } from "kysely";
import { expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createRtdsSource } from "../../src/adapters/polymarket-rtds/rtds-source.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { readHintLeads } from "../../src/adapters/postgres/endpoint-store.ts";
import { createHintStore } from "../../src/adapters/postgres/hint-store.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { MarketCatalog } from "../../src/ports/market-catalog.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

const nothing = { infos: [], unreadable: [] };
const emptyCatalog: MarketCatalog = { byMarket: async () => nothing, byToken: async () => nothing };

// Goal: what RTDS says before the chain does is kept apart, proven by the log, and its lead is what simnet was told to
// give. Method: the service over simnet's node and RTDS, on a clock that only the test moves.
describeOnEachEngine("hints of simnet's RTDS", (getDb) => {
  test("are proven by their logs, with their lead", { timeout: 60_000 }, async () => {
    const LEAD_MS = 60_000;
    const clock = createManualClock(epochMs(Date.UTC(2026, 10, 20, 12)));
    const simnet = await startSimnet({
      seed: "hints",
      port: 0,
      clock,
      history: 2,
      isManual: true,
      rtdsLeadMs: LEAD_MS,
    });
    const stop = new AbortController();
    const logger = createQuietLogger();
    const wall = createSystemClock();
    const number = async (statement: string): Promise<number> =>
      Number((await sql<{ n: bigint }>`${sql.raw(statement)}`.execute(getDb().kysely)).rows[0]?.n ?? -1);
    /** Time goes on while it waits: whoever rests wakes, and whoever waits for the database is not overtaken. */
    const until = async (isSo: () => Promise<boolean>): Promise<void> => {
      while (!(await isSo())) await clock.advance(100);
    };
    try {
      const random = () => 0;
      const rtds = createRtdsSource({ url: simnet.rtdsUrl, clock: wall, now: clock.nowMs, random, logger });
      const heard: string[] = [];
      const source: typeof rtds = {
        ...rtds,
        subscribe: (onHint, signal) =>
          rtds.subscribe((hint) => {
            heard.push(hint.txHash);
            onHint(hint);
          }, signal),
      };
      const logSource = await connectPolygon({ urls: [simnet.rpcUrl], clock: wall, random, logger }, stop.signal);
      const config = {
        ...defaultListenerConfig,
        startBlock: simnet.chain.head() - 100,
        summaryMs: 1_000,
        liveWindowMs: 3_600_000,
      };
      const store = createChainStore(getDb());
      const hints = { sources: [source], store: createHintStore(getDb()) };
      const service = createListenerService({ logSource, catalog: emptyCatalog, store, clock, logger, config, hints });
      const running = service.run(stop.signal);
      const covered = async (): Promise<boolean> =>
        (await number("SELECT max(to_block)::bigint AS n FROM flow.coverage")) === simnet.chain.head();

      await until(covered);
      // A subscription takes effect somewhere between two of these steps; from then on every trade is told.
      let at = clock.nowMs();
      await until(async () => {
        at = epochMs(at + 2_000);
        simnet.advanceTo(at);
        return heard.length > 0;
      });
      const hinted = new Set(heard);
      await until(
        async () => (await number("SELECT count(DISTINCT tx_hash) AS n FROM flow.hinted_fill")) >= hinted.size,
      );
      expect(await number("SELECT count(*) AS n FROM flow.hinted_fill WHERE block_number IS NOT NULL")).toBe(0);

      simnet.advanceTo(at + 2 * LEAD_MS);
      await until(covered);
      const proven = async (): Promise<readonly string[]> =>
        (
          await sql<{ tx: string }>`SELECT DISTINCT tx_hash AS tx FROM flow.hinted_fill
            WHERE block_number IS NOT NULL`.execute(getDb().kysely)
        ).rows.map(({ tx }) => tx);
      await until(async () => {
        const txs = new Set(await proven());
        return [...hinted].every((tx) => txs.has(tx));
      });
      stop.abort();
      await running;
      const { rows } = await sql<{ isThere: boolean }>`
        SELECT EXISTS (SELECT FROM flow.fill f JOIN flow.wallet w USING (wallet_key)
          JOIN flow.token t USING (token_key) WHERE f.block_number = h.block_number AND f.log_index = h.log_index
            AND f.tx_hash = h.tx_hash AND w.address = h.wallet AND t.token_id = h.token_id
            AND f.is_sell = h.is_sell AND f.size_micros = h.size_micros) AS "isThere"
        FROM flow.hinted_fill h WHERE h.block_number IS NOT NULL`.execute(getDb().kysely);
      expect(rows.every(({ isThere }) => isThere)).toBe(true);
      const [lead] = await readHintLeads(getDb());
      expect(lead).toMatchObject({ source: "rtds", matched: BigInt(rows.length) });
      expect(lead?.leadMs?.[1]).toBeGreaterThan(0);
      expect(logger.lines.find(({ message }) => message === "trade hints")?.fields).toMatchObject({ source: "rtds" });
    } finally {
      stop.abort();
      await simnet.stop();
    }
  });
});
