import type { Address, MarketId } from "../core/ids/ids.ts";
import type { PopulationRelation } from "../core/reputation/population-relations.ts";
import type { ArchiveFile } from "./archive.ts";

/** Everything that belongs to one moment of the database. */
export type PopulationMoment = {
  /** Our own fills in the archive. */
  readonly files: readonly ArchiveFile[];
  /** Pieces of the relation, each of whole lines; `fill` are those that are still in the database. */
  read(relation: PopulationRelation): AsyncIterable<Uint8Array>;
};

/** The database's side. @throws TransientError */
export type PopulationSource = {
  /** Nothing that is read inside `use` changes meanwhile. On the embedded engine everybody else waits. */
  atOneMoment<T>(use: (moment: PopulationMoment) => Promise<T>): Promise<T>;
};

export type PopulationTotals = {
  /** Fills and legs of effects that were added up. */
  readonly entries: number;
  readonly wallets: number;
  readonly units: number;
  /** Units whose P&L is known without an order of events: resolved, or nothing held any more. */
  readonly settledUnits: number;
  /** Of those, in micros. */
  readonly pnl: bigint;
};

/** A figure of the ledger that the cash flows do not confirm; amounts in micros. */
export type PopulationDifference = {
  readonly wallet: Address;
  /** Null: the figure is about all units of the wallet's owner whose costs moved among each other. */
  readonly market: MarketId | null;
  readonly figure: "unit" | "shares 0" | "shares 1" | "money" | "paid in";
  readonly ledger: bigint | null;
  readonly recomputed: bigint | null;
};

export type PopulationComparison = {
  /** Complete units whose shares, money and cost were compared one by one. */
  readonly compared: number;
  /** Complete units whose costs moved among each other: shares one by one, money as the sum of the owner's. */
  readonly comparedTogether: number;
  /** Units of the ledger that are marked incomplete: what they hold depends on the order of events. */
  readonly incomplete: number;
  /** Complete units, and those that cost was moved to or from, of which shares left at their cost: shares only. */
  readonly leftAtCost: number;
  /** Units that the ledger still has work to do for: not compared. */
  readonly waiting: number;
  readonly differing: number;
  /** The largest first; at most as many as asked for. */
  readonly differences: readonly PopulationDifference[];
};

/** One recomputation, in a work folder of its own. */
export type PopulationRun = {
  /** Takes over a relation; each once. */
  load(relation: PopulationRelation, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  /** Adds up everything that was loaded, and the files. @throws InputError when a file is missing */
  compute(files: readonly ArchiveFile[]): Promise<PopulationTotals>;
  /** After `compute`: against the loaded units. */
  compare(limit: number): Promise<PopulationComparison>;
  close(): Promise<void>;
};

/** The columnar side. */
export type PopulationEngine = { open(): Promise<PopulationRun> };
