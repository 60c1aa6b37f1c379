import { sql } from "kysely";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createScaledClock, wallNowMs } from "../../src/adapters/system/clock.ts";
import { fromUnixSeconds } from "../../src/core/time/time.ts";
import type { MarketCatalog } from "../../src/ports/market-catalog.ts";
import type { Health } from "../../src/ports/service.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createListenerService } from "../../src/services/listener/listener-service.ts";
import { type Anvil, GENESIS } from "./anvil.ts";
import { eventually } from "./eventually.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";

export type AnvilListener = {
  /** Stands still: what is read without moving it is read because of a hint. */
  readonly clock: ManualClock;
  readonly log: ReturnType<typeof createQuietLogger>["lines"];
  /** Settles when the service ends: with its error, or after `stop`. */
  readonly running: Promise<void>;
  health(): Health;
  /**
   * Until the newest block of the node, this one and no other of its number, is committed and the listener rests.
   * @param moveMs how far the clock goes at every look: 0 waits for hints alone
   */
  settled(node: Anvil, moveMs?: number, deadlineMs?: number): Promise<void>;
  /** Makes empty blocks until one is held without the clock having moved: the subscription stands. */
  hears(node: Anvil): Promise<void>;
  stop(): Promise<void>;
};

export type AnvilListenerOptions = {
  readonly httpPort: number;
  readonly wsPort: number;
  /** Silence after which a connection is doubted, in the adapter's time. */
  readonly quietMs?: number;
  readonly pollMs?: number;
};

const nothing = { infos: [], unreadable: [] };
const emptyCatalog: MarketCatalog = { byMarket: async () => nothing, byToken: async () => nothing };

/** Pauses between tries are short in here; the time that an answer may take is not. */
const ADAPTER_SPEED = 50;
/** A message that is not there by then was sent before anybody had subscribed, or the machine is slow: then it gets longer. */
const HEARD_WITHIN_MS = 200;
const LONGER = 1.5;

/** The whole listener, as the program runs it, between a real node and a real database. */
export async function startAnvilListener(db: Database, options: AnvilListenerOptions): Promise<AnvilListener> {
  const stop = new AbortController();
  const logger = createQuietLogger();
  const clock = createManualClock(fromUnixSeconds(GENESIS.unixSeconds));
  const logSource = await connectPolygon(
    {
      urls: [`http://127.0.0.1:${options.httpPort}`, `ws://127.0.0.1:${options.wsPort}`],
      clock: createScaledClock({ startedAt: wallNowMs(), speed: ADAPTER_SPEED }),
      random: () => 0,
      logger,
      timeoutMs: 10_000 * ADAPTER_SPEED,
      quietMs: options.quietMs ?? 20_000,
    },
    stop.signal,
  );
  const config = {
    ...defaultListenerConfig,
    startBlock: GENESIS.block,
    pollMs: options.pollMs ?? defaultListenerConfig.pollMs,
  };
  const store = createChainStore(db);
  const service = createListenerService({ logSource, catalog: emptyCatalog, store, clock, logger, config });
  const running = service.run(stop.signal);
  const settled: AnvilListener["settled"] = (node, moveMs = 0, deadlineMs) =>
    eventually(async () => {
      if (moveMs > 0) await clock.advance(moveMs);
      return missing(db, node, clock);
    }, deadlineMs);
  // A failure is a test's to expect; until it does, it must not end the process.
  running.catch(() => {});
  return {
    clock,
    log: logger.lines,
    running,
    health: () => service.health(),
    settled,
    hears(node) {
      let within = HEARD_WITHIN_MS;
      return eventually(async () => {
        await node.mine([]);
        return settled(node, 0, within).then(
          () => null,
          (error: Error) => {
            within *= LONGER;
            return error.message;
          },
        );
      });
    },
    async stop() {
      stop.abort();
      await running.catch(() => {});
    },
  };
}

async function missing({ kysely }: Database, node: Anvil, clock: ManualClock): Promise<string | null> {
  const head = await node.head();
  const finalized = (await node.block("finalized"))?.number ?? -1;
  const { rows } = await sql<{ number: number; hash: string; finalized: number }>`
    SELECT block_number AS number, '0x' || encode(hash, 'hex') AS hash,
      (SELECT finalized_block FROM flow.chain_state) AS finalized
    FROM flow.block ORDER BY block_number DESC LIMIT 1`.execute(kysely);
  const held = rows[0] ?? { number: -1, hash: "none", finalized: -1 };
  if (held.number !== head.number) return `block ${head.number}, the newest held is ${held.number}`;
  if (held.hash !== head.hash) return `block ${head.number} with hash ${head.hash}, held is ${held.hash}`;
  // A node that lost its last blocks calls less final than it did; we do not.
  if (held.finalized < finalized) return `the final block ${finalized}, held is ${held.finalized}`;
  return clock.sleeping() >= 2 ? null : "the listener at rest";
}
