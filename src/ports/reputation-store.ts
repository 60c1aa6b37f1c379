import type { Address } from "../core/ids/ids.ts";
import type { EdgePopulation, EdgePrior } from "../core/reputation/edge.ts";
import type { IneligibleReason } from "../core/reputation/eligibility.ts";
import type { FoldedEntries, FoldOptions } from "../core/reputation/fold.ts";
import type { LedgerEntry, UnitKey } from "../core/reputation/ledger-entry.ts";
import type { Tier } from "../core/reputation/tiers.ts";
import type { LedgerMarket, UnitRecord } from "../core/reputation/unit-record.ts";
import type { WalletFacts, WalletScore } from "../core/reputation/wallet-score.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { ArchivedFill, BlockSpan } from "./archive.ts";

type Units = ReadonlyMap<UnitKey, UnitRecord>;
type Markets = ReadonlyMap<number, LedgerMarket>;

/** The rules that the store applies between loading and saving; pure, from core/reputation. */
export type LedgerRules = {
  foldEntries(units: Units, entries: Iterable<LedgerEntry>, markets: Markets, options: FoldOptions): FoldedEntries;
  replayEntries(units: Units, entries: Iterable<LedgerEntry>, markets: Markets): Units;
  foldResolutions(units: Iterable<UnitRecord>, markets: Markets): readonly UnitRecord[];
};

export type Intake = {
  readonly entries: number;
  /** A block that is in the ledger was taken back: nothing was taken over, everything has to be set back first. */
  readonly mustReset: boolean;
};

export type LedgerStep = {
  readonly fills: number;
  readonly units: number;
  /** Units that were computed again from all their fills. */
  readonly replayed: number;
};

/** All fills of these blocks, in chain order. */
export type ArchivedBlocks = BlockSpan & { readonly fills: readonly ArchivedFill[] };

export type TierChange = {
  readonly wallet: Address;
  readonly tier: Tier;
  readonly score: number;
  readonly closedMarkets: number;
};

export type ScoreStep = {
  readonly scored: number;
  readonly changed: number;
  readonly newWhales: readonly TierChange[];
};

/** What was published about a wallet, from `calculatedAt` on. */
export type PublishedScore = {
  readonly score: number;
  readonly confidence: number;
  readonly tier: Tier;
  readonly isFollowEligible: boolean;
  readonly ineligibleReason: IneligibleReason | null;
  readonly edgePerShare: number | null;
  readonly edgeLowerBound: number | null;
  readonly closedMarkets: number;
  readonly scoreVersion: number;
  readonly calculatedAt: EpochMs;
};

/**
 * Ledger, scores and what is still to be done for them. Every writing method is one transaction that takes
 * the ledger's lock (scoring shares it among its calls), so a kill between any two statements loses and doubles nothing, and two services at once do the work
 * once.
 * @throws TransientError from any of them
 */
export type ReputationStore = {
  /** Takes over what the listener committed since the last call: its blocks wait to be applied. */
  takeIn(at: EpochMs): Promise<Intake>;
  /** The next blocks to apply where their fills are in the archive alone; null: the next ones are not. */
  nextArchived(): Promise<BlockSpan | null>;
  /**
   * Applies about `maxFills` finalized fills, and the effects between them; oldest waiting blocks first.
   * @param archived those of the next blocks, where the archive has them: then just these are applied
   * @returns null: none wait, or the next ones are others than these
   */
  applyFills(maxFills: number, rules: LedgerRules, archived?: ArchivedBlocks): Promise<LedgerStep | null>;
  /**
   * Finds markets whose token was linked, whose times changed, or that were moved between wallets whose common owner
   * became known, after their fills were applied.
   */
  findLate(): Promise<number>;
  /** Replays or resolves the units of some of the markets that need it. Null: none does. */
  applyDue(maxFills: number, rules: LedgerRules): Promise<LedgerStep | null>;
  /**
   * Looks for wash clusters in the whole days since `cutoff`, once a day or when fills of those days came late, and marks
   * the wallets that entered or left one. @returns wallets in clusters; null: there was nothing to be done
   */
  findWash(cutoff: EpochMs, at: EpochMs): Promise<number | null>;
  /**
   * Starts a run, or goes on with one that was cut short. Marks the wallets whose units left or entered the window that
   * starts at `cutoff`, and those whose tier waits at a line; all when the rule changed.
   */
  moveWindow(cutoff: EpochMs, scoreVersion: number): Promise<void>;
  /** Scores up to `maxWallets` of those marked; calls beside each other take different ones. Null: none is left to take. */
  scoreDue(
    maxWallets: number,
    cutoff: EpochMs,
    at: EpochMs,
    score: (facts: WalletFacts, prior: EdgePrior) => WalletScore,
  ): Promise<ScoreStep | null>;
  /** Ends the run once all calls of `scoreDue` have. False: wallets are marked still, or again. */
  endRun(): Promise<boolean>;
  edgePrior(): Promise<{ readonly published: EdgePrior; readonly population: EdgePopulation }>;
  /** From `at` on every wallet's edge is the one under `prior`; what was known before stays as it was. */
  publishPrior(prior: EdgePrior, at: EpochMs): Promise<void>;
  /** Sets everything back, to be applied again from all fills. Scores stand until they are calculated anew. */
  reset(at: EpochMs): Promise<void>;
  /** What was known about the wallet at `asOf`; null: nothing, so it was neutral. */
  scoreAsOf(wallet: Address, asOf: EpochMs): Promise<PublishedScore | null>;
  /** The tier as of then; AVERAGE where nothing was known. */
  tierAsOf(wallet: Address, asOf: EpochMs): Promise<Tier>;
};
