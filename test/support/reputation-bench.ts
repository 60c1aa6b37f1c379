import { sql } from "kysely";
import { openArchiveFolder } from "../../src/adapters/archive/fill-files.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createReputationStore } from "../../src/adapters/postgres/reputation-store.ts";
import type { EpochMs } from "../../src/core/time/time.ts";
import type { ArchiveFiles } from "../../src/ports/archive.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import type { ReputationStore } from "../../src/ports/reputation-store.ts";
import type { WakeChannel } from "../../src/ports/wake.ts";
import { createFillHistory } from "../../src/services/archive/fill-history.ts";
import {
  createReputationService,
  type ReputationConfig,
  type ReputationService,
} from "../../src/services/reputation/reputation-service.ts";
import { blockTime } from "./chain-facts.ts";
import { emptyChain } from "./empty-chain.ts";
import { emptyReputation } from "./empty-reputation.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";

/** The reputation service on an empty database beside the listener's own store, with time that stands still. */
export type ReputationBench = {
  readonly chain: ChainStore;
  readonly store: ReputationStore;
  readonly service: ReputationService;
  readonly clock: ManualClock;
  readonly hints: WakeChannel[];
  /** A service of its own on the same database. */
  serviceOn(db: Database): ReputationService;
  /** Everything calculated, in a fixed order, without the times of calculation. */
  rows(): Promise<Record<"units" | "days" | "scores" | "wash" | "crowd", readonly Record<string, unknown>[]>>;
  /** What was known of every wallet at a time, as the database answers it. */
  knownAt(asOf: EpochMs): Promise<readonly Record<string, unknown>[]>;
  stats(wallet: string): Promise<Record<string, unknown> | undefined>;
};

/** Opened when a file is read, which none is. */
const NO_FILES = openArchiveFolder({ folder: "no archive" });

type Pause = (nextCall: keyof ReputationStore) => Promise<void>;

type BenchOptions = Partial<ReputationConfig> & {
  readonly now?: EpochMs;
  readonly files?: ArchiveFiles;
  /** What others do between two transactions of the service: called before each. */
  readonly meanwhile?: Pause;
};

export async function createReputationBench(
  db: Database,
  { now = blockTime(10_000), files = NO_FILES, meanwhile, ...overrides }: BenchOptions = {},
): Promise<ReputationBench> {
  await emptyChain(db);
  await emptyReputation(db);
  const clock = createManualClock(now);
  const hints: WakeChannel[] = [];
  const wake = {
    notify: async (channel: WakeChannel) => {
      hints.push(channel);
    },
    listen: async () => async () => {},
  };
  const config = { intervalSeconds: 3600, lookbackDays: 90, ...overrides };
  const serviceOn = (database: Database): ReputationService =>
    createReputationService({
      store: interrupted(createReputationStore(database), meanwhile),
      history: createFillHistory({ store: createArchiveStore(database), files, pageRows: 100 }),
      clock,
      logger: createQuietLogger(),
      wake,
      config,
    });
  const all = async (query: string): Promise<readonly Record<string, unknown>[]> =>
    (await sql.raw<Record<string, unknown>>(query).execute(db.kysely)).rows;
  return {
    chain: createChainStore(db),
    store: createReputationStore(db),
    service: serviceOn(db),
    clock,
    hints,
    serviceOn,
    async rows() {
      const scores = await all("SELECT * FROM flow.wallet_score ORDER BY wallet_key");
      return {
        units: await all("SELECT * FROM flow.unit ORDER BY wallet_key, market_key"),
        days: await all("SELECT * FROM flow.wallet_day ORDER BY wallet_key, epoch_day"),
        scores: scores.map(({ calculated_at: _, ...score }) => score),
        wash: await all("SELECT wallet_key, cluster_key, share FROM flow.wallet_wash ORDER BY wallet_key"),
        crowd: await all("SELECT p.*, e.* FROM flow.edge_population p, flow.edge_prior_now e"),
      };
    },
    async knownAt(asOf) {
      const { rows } = await sql<Record<string, unknown>>`
        SELECT w.wallet_key, orderflow_tier_as_of(a.text, ${ts(asOf)}) AS tier, r.* FROM flow.wallet w
        CROSS JOIN LATERAL (SELECT '0x' || encode(w.address, 'hex') AS text) a
        LEFT JOIN LATERAL orderflow_reputation_as_of(a.text, ${ts(asOf)}) r ON true
        ORDER BY w.wallet_key`.execute(db.kysely);
      return rows;
    },
    async stats(wallet) {
      const { rows } = await sql<Record<string, unknown>>`
        SELECT * FROM orderflow_wallet_stats WHERE wallet_address = ${wallet}`.execute(db.kysely);
      return rows[0];
    },
  };
}

/** The store, with a pause before each of its transactions. */
const interrupted = (store: ReputationStore, pause: Pause | undefined): ReputationStore =>
  pause === undefined
    ? store
    : new Proxy(store, {
        get:
          (target, name: keyof ReputationStore) =>
          async (...args: unknown[]) => {
            await pause(name);
            const call = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
            return await call(...args);
          },
      });
