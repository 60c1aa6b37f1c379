import { z } from "zod";
import { askControl, NobodyAnswersError } from "../adapters/control/control-client.ts";
import { type ControlHandler, startControlServer } from "../adapters/control/control-server.ts";
import { createChainStore } from "../adapters/postgres/chain-store.ts";
import { createCommandStore } from "../adapters/postgres/command-store.ts";
import type { Database } from "../adapters/postgres/connect.ts";
import {
  type CoverageSummary,
  type HintLead,
  type MeasuredEndpoint,
  readCoverageSummary,
  readEndpoints,
  readHintLeads,
} from "../adapters/postgres/endpoint-store.ts";
import { explainScore, type ScoreExplanation } from "../adapters/postgres/explain-score.ts";
import { FolderHeldError } from "../adapters/postgres/folder-lock.ts";
import { type DriftReport, type LiveStatus, readDrift, readLiveStatus } from "../adapters/postgres/live-reads.ts";
import {
  type PerformanceRow,
  readPerformance,
  readSignalReasons,
  readSignals,
  type SignalReasons,
  type SignalRow,
} from "../adapters/postgres/operator-reads.ts";
import {
  type Overview,
  type PositionRow,
  readOverview,
  readPositions,
  readScoredWallets,
  readWallet,
  type WalletRow,
} from "../adapters/postgres/overview.ts";
import { createReadSide } from "../adapters/postgres/read-side/read-side.ts";
import { type Reconciliation, readReconciliations } from "../adapters/postgres/reconciliation-store.ts";
import type { ControlCommand } from "../core/engine/event.ts";
import { ConfigError, InputError } from "../core/errors.ts";
import type { PositionId } from "../core/ids/ids.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { CommandReceipt, ExecutorSight } from "../ports/command-store.ts";
import type { ContractStates } from "../ports/lifecycle.ts";
import type { Logger } from "../ports/logger.ts";
import type { Row, TradeFilter, WalletFilter } from "../ports/read-side.ts";
import { type Program, requireDatabase, withDatabase } from "./program.ts";

/** `orderflow status` as one value. */
export type StatusReport = {
  readonly executor: ExecutorSight;
  readonly overview: Overview;
  readonly coverage: CoverageSummary;
  readonly endpoints: readonly MeasuredEndpoint[];
  readonly hintLeads: readonly HintLead[];
  readonly contracts: ContractStates;
  readonly wallets: readonly WalletRow[];
  readonly positions: readonly PositionRow[];
  readonly reconciliations: readonly Reconciliation[];
  /** null: no executor has started yet. */
  readonly live: LiveStatus | null;
};

/**
 * What a person at the terminal may see and ask for, over whatever database there is. Values are plain, so that the
 * same questions can be put to another process.
 */
export type Desk = {
  status(): Promise<StatusReport>;
  sight(): Promise<ExecutorSight>;
  wallets(filter: WalletFilter, limit: number): Promise<readonly Row[]>;
  /** Fills, newest first. */
  trades(filter: TradeFilter, limit: number): Promise<readonly Row[]>;
  signals(limit: number): Promise<readonly SignalRow[]>;
  signalReasons(id: string): Promise<SignalReasons | null>;
  positions(limit: number): Promise<readonly PositionRow[]>;
  performance(days: number): Promise<readonly PerformanceRow[]>;
  /** Live orders beside their paper twins. */
  drift(limit: number): Promise<DriftReport>;
  wallet(address: string): Promise<Readonly<Record<string, unknown>> | null>;
  explain(address: string): Promise<ScoreExplanation | null>;
  submit(command: ControlCommand, by: string): Promise<CommandReceipt>;
  handledAt(commandId: string): Promise<EpochMs | null>;
};

export function createDesk(database: Database, clock: Clock): Desk {
  const commands = createCommandStore(database);
  const reads = createReadSide(database);
  return {
    status: async () => ({
      executor: await commands.sight(),
      overview: await readOverview(database),
      coverage: await readCoverageSummary(database),
      endpoints: await readEndpoints(database),
      hintLeads: await readHintLeads(database),
      contracts: await createChainStore(database).contracts(),
      // One of whom nothing has closed has the score that everybody begins with.
      wallets: (await readScoredWallets(database, 10)).filter(({ closedMarkets }) => closedMarkets > 0),
      positions: await readPositions(database, 20),
      reconciliations: await readReconciliations(database),
      live: await readLiveStatus(database),
    }),
    sight: () => commands.sight(),
    wallets: async (filter, limit) => (await reads.wallets(filter, { limit, after: null })).rows,
    trades: async (filter, limit) => (await reads.trades(filter, { limit, after: null })).rows,
    signals: (limit) => readSignals(database, limit),
    signalReasons: (id) => readSignalReasons(database, id),
    positions: (limit) => readPositions(database, limit),
    performance: (days) => readPerformance(database, days),
    drift: (limit) => readDrift(database, limit),
    wallet: (address) => readWallet(database, address),
    explain: (address) => explainScore(database, address),
    submit: (command, by) => commands.submit(command, by, clock.nowMs()),
    handledAt: (commandId) => commands.handledAt(commandId),
  };
}

const count = z.number().int().min(1).max(100_000);
const text = z.string().max(200);
const command = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["pause", "halt", "resume", "close-all"]) }),
  z.object({ kind: z.literal("close"), positionId: text.transform((id) => id as PositionId) }),
]);

const wallet = z.string().regex(/^0x[0-9a-f]{40}$/);
const walletFilter = z.object({
  search: text.optional(),
  tier: text.optional(),
  eligible: z.boolean().optional(),
  sort: z.enum(["score", "edge", "pnl", "win_rate", "closed_markets", "confidence", "volume", "recent"]),
  ascending: z.boolean(),
});
const tradeFilter = z.object({
  tier: text.optional(),
  wallet: wallet.optional(),
  market: z
    .string()
    .regex(/^0x[0-9a-f]{62,64}$/)
    .optional(),
  side: z.enum(["BUY", "SELL"]).optional(),
  minUsd: z.number().min(0).max(1e12).optional(),
});

/** What each question must come with when another process asks it. */
const ARGUMENTS = {
  status: z.tuple([]),
  sight: z.tuple([]),
  wallets: z.tuple([walletFilter, count]),
  trades: z.tuple([tradeFilter, count]),
  signals: z.tuple([count]),
  signalReasons: z.tuple([text]),
  positions: z.tuple([count]),
  performance: z.tuple([count]),
  drift: z.tuple([count]),
  wallet: z.tuple([text]),
  explain: z.tuple([wallet]),
  submit: z.tuple([command, text]),
  handledAt: z.tuple([z.string().regex(/^\d{1,18}$/)]),
} satisfies { readonly [Method in keyof Desk]: z.ZodType<Parameters<Desk[Method]>> };

const isQuestion = (method: string): method is keyof Desk => Object.hasOwn(ARGUMENTS, method);

function answerFor(desk: Desk): ControlHandler {
  return async (method, args) => {
    if (!isQuestion(method)) throw new InputError("QUESTION_UNKNOWN", `no such question: ${method.slice(0, 40)}`);
    const parsed = ARGUMENTS[method].safeParse(args);
    if (!parsed.success) throw new InputError("QUESTION_MALFORMED", `${method}: ${parsed.error.message.slice(0, 300)}`);
    const ask = desk[method] as (...given: readonly unknown[]) => Promise<unknown>;
    return ask(...parsed.data);
  };
}

/** The desk of the process that holds the embedded database in `folder`. */
const remoteDesk = (folder: string): Desk =>
  Object.fromEntries(
    Object.keys(ARGUMENTS).map((method) => [method, (...args: readonly unknown[]) => askControl(folder, method, args)]),
  ) as Desk;

/** Lets other processes use the desk of this one, which alone may open the folder. @returns a function that ends it */
export async function shareDesk(folder: string, desk: Desk, logger: Logger): Promise<() => Promise<void>> {
  try {
    return await startControlServer(folder, answerFor(desk));
  } catch (error) {
    // E.g. a path longer than a socket may have: the program runs, its commands have to wait for it to stop.
    logger.warn("commands cannot reach this process: no control socket", { folder, error });
    return async () => {};
  }
}

async function answers(desk: Desk): Promise<boolean> {
  try {
    await desk.sight();
    return true;
  } catch (error) {
    if (error instanceof NobodyAnswersError) return false;
    throw error;
  }
}

/**
 * The desk over the database that the environment names: a server; the process that holds the embedded one; or, where
 * nobody holds it, the folder itself.
 * @throws ConfigError when there is none: who only looks makes no database
 */
export async function withDesk<T>(program: Program, use: (desk: Desk) => Promise<T>): Promise<T> {
  const { DATABASE_URL, DATA_DIR } = program.environment;
  if (DATABASE_URL === null) {
    const remote = remoteDesk(DATA_DIR);
    // A process that ends while it is asked is not followed by this one: that would hold the folder against the next.
    if (await answers(remote)) return use(remote);
    requireDatabase(program.environment);
  }
  try {
    return await withDatabase(program, (database) => use(createDesk(database, program.clock)));
  } catch (error) {
    if (!(error instanceof FolderHeldError)) throw error;
    throw new ConfigError([
      `DATA_DIR: process ${error.pid} holds ${DATA_DIR} and takes no commands (it is starting, stopping, or another command): try again, or stop it first`,
    ]);
  }
}
