import type { Address, MarketId } from "../core/ids/ids.ts";
import type { MarketSpan } from "../core/reputation/entries.ts";
import type { ImportedUnit } from "../core/reputation/imported-units.ts";
import type { EpochMs } from "../core/time/time.ts";

export type ImportRun = {
  readonly runId: number;
  readonly walletsWanted: number;
  readonly days: number;
  readonly historyFrom: EpochMs;
  readonly startedAt: EpochMs;
};

export type Candidate = { readonly wallet: Address /** "leaderboard" or "tape" */; readonly foundOn: string };

/** One UTC day of one wallet; volumes in micros. */
export type ImportedDay = {
  readonly epochDay: number;
  readonly fills: number;
  readonly volume: bigint;
  readonly makerVolume: bigint;
};

/** Units of a wallet whose history is whole; of any other nothing is kept but the reason. */
export type ImportedWallet = { readonly wallet: Address; readonly rows: number } & (
  | {
      readonly state: "DONE";
      readonly units: readonly ImportedUnit[];
      readonly days: readonly ImportedDay[];
      readonly lastActivityAt: EpochMs | null;
    }
  | { readonly state: "INCOMPLETE" | "FAILED"; readonly reason: string }
);

export type ImportCounts = {
  readonly pending: number;
  readonly done: number;
  readonly incomplete: number;
  readonly failed: number;
  /** reason → wallets */
  readonly reasons: ReadonlyMap<string, number>;
};

/**
 * What was read of the venue's history of accounts. Every method is one short transaction, so nobody else waits for an
 * import; scores are made of it by the reputation service, which is told which wallets to calculate.
 * @throws TransientError from any of them
 */
export type ImportStore = {
  /** Held by whoever imports; null when somebody else does. The returned function gives it back. */
  lock(): Promise<(() => Promise<void>) | null>;
  /** Whether any wallet has a score, or an import was finished already. */
  hasScores(): Promise<boolean>;
  /** The newest run that is not finished, unless it began before `notBefore`. */
  unfinishedRun(notBefore: EpochMs): Promise<ImportRun | null>;
  startRun(run: Omit<ImportRun, "runId">, candidates: readonly Candidate[]): Promise<ImportRun>;
  /** In the order in which they are read. */
  pending(runId: number): Promise<readonly Address[]>;
  counts(runId: number): Promise<ImportCounts>;
  /** Replaces what was imported of the wallet before, and has its score calculated again. */
  save(runId: number, wallet: ImportedWallet, at: EpochMs): Promise<void>;
  finishRun(runId: number, at: EpochMs): Promise<void>;
  /** Of those markets whose start and end we know. */
  spans(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, MarketSpan>>;
};
