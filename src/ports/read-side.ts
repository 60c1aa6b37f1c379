import type { EpochMs } from "../core/time/time.ts";
import type { ReportKind } from "./report-store.ts";

/**
 * What a person may look at. A row has the column names of the relation it comes from; times are milliseconds since
 * 1970, numeric columns decimal text. Nothing here is read for a decision.
 */
export type Row = Readonly<Record<string, unknown>>;

/** The sort keys of the last row of a page, as text. */
export type Cursor = readonly string[];

export type PageRequest = { readonly limit: number; readonly after: Cursor | null };

/** `next`: what the page after this one is asked for with; null: this was the last. */
export type Page = { readonly rows: readonly Row[]; readonly next: Cursor | null };

/** A filter that is undefined filters nothing. Addresses and ids are lower-case text. */
export type TradeFilter = {
  readonly tier?: string | undefined;
  readonly wallet?: string | undefined;
  readonly market?: string | undefined;
  readonly side?: "BUY" | "SELL" | undefined;
  readonly minUsd?: number | undefined;
};

export type WalletSort = "score" | "edge" | "pnl" | "win_rate" | "closed_markets" | "confidence" | "volume" | "recent";

export type WalletFilter = {
  /** First digits of an address; finds wallets without a score too. */
  readonly search?: string | undefined;
  readonly tier?: string | undefined;
  readonly eligible?: boolean | undefined;
  readonly sort: WalletSort;
  readonly ascending: boolean;
};

export type SignalFilter = {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly wallet?: string | undefined;
  readonly market?: string | undefined;
};

export type PositionFilter = {
  readonly status?: string | undefined;
  readonly mode?: string | undefined;
  readonly market?: string | undefined;
  readonly wallet?: string | undefined;
};

export type MarketFilter = {
  /** Words of the title. */
  readonly search?: string | undefined;
  readonly category?: string | undefined;
  readonly resolved?: boolean | undefined;
  /** activity: those with the newest fills, without pages; ends_at: those that end last first. */
  readonly sort: "activity" | "ends_at";
};

/** Buckets of `seconds`, from `from` on. */
export type SeriesRequest = { readonly from: EpochMs; readonly to: EpochMs; readonly seconds: number };

export type Breakdown = "signal_type" | "tier" | "category" | "wallet";

/** Fills that a follower has not shown yet. */
export type NewTrades = {
  /** Up to where flow.ingest was followed. */
  readonly seq: bigint;
  /** Newest first; no more than asked for. */
  readonly rows: readonly Row[];
  /** How many there were in all. */
  readonly total: number;
  /** Every fill from this block up that was shown before is gone; null: none is. */
  readonly retractedFrom: number | null;
};

export type ReadSide = {
  trades(filter: TradeFilter, page: PageRequest): Promise<Page>;
  wallets(filter: WalletFilter, page: PageRequest): Promise<Page>;
  signals(filter: SignalFilter, page: PageRequest): Promise<Page>;
  positions(filter: PositionFilter, page: PageRequest): Promise<Page>;
  markets(filter: MarketFilter, page: PageRequest): Promise<Page>;
  controls(page: PageRequest): Promise<Page>;
  performance(page: PageRequest): Promise<Page>;
  alerts(page: PageRequest): Promise<Page>;
  commands(page: PageRequest): Promise<Page>;
  coverage(page: PageRequest): Promise<Page>;
  /** One wallet's scores over time, newest first. */
  walletHistory(wallet: string, page: PageRequest): Promise<Page>;
  walletUnits(wallet: string, page: PageRequest): Promise<Page>;
  /** null: nothing was read of it. */
  wallet(wallet: string): Promise<Row | null>;
  signal(id: string): Promise<Row | null>;
  position(id: string): Promise<Row | null>;
  market(id: string): Promise<Row | null>;
  /** One row a token and bucket: open, high, low, close, volume. */
  marketPrices(id: string, series: SeriesRequest): Promise<readonly Row[]>;
  /** One row a tier, token and bucket: what was bought and sold. */
  marketFlow(id: string, series: SeriesRequest): Promise<readonly Row[]>;
  marketWallets(id: string, page: PageRequest): Promise<Page>;
  /** @param points at most so many, evenly over the time since `from` */
  equity(from: EpochMs, points: number): Promise<readonly Row[]>;
  breakdown(by: Breakdown): Promise<readonly Row[]>;
  /** Signals against their reverse controls. */
  controlComparison(): Promise<readonly Row[]>;
  /** Of the executor that wrote last; PAPER before there was one. */
  mode(): Promise<"PAPER" | "LIVE">;
  /** Account, today, feed and executor: cheap enough for every second. */
  state(): Promise<Row>;
  /** Totals, tiers, signals and positions of everything: adds up every wallet. */
  totals(): Promise<Row>;
  health(): Promise<Row>;
  /** Live trading beside its paper twin, also before there was any. */
  liveTrading(): Promise<Row>;
  /** What waits for somebody, by name. */
  queues(): Promise<readonly { readonly name: string; readonly waiting: number }[]>;
  /** Variants that backtests tried, those of sweeps left out. */
  research(page: PageRequest): Promise<Page>;
  researchReport(id: string): Promise<Row | null>;
  sweeps(page: PageRequest): Promise<Page>;
  sweep(id: string): Promise<Row | null>;
  researchTables(page: PageRequest): Promise<Page>;
  researchTable(id: string): Promise<Row | null>;
  models(page: PageRequest): Promise<Page>;
  model(id: string): Promise<Row | null>;
  /** HTML; null: there is none. */
  reportPage(kind: ReportKind, id: string): Promise<string | null>;

  /** Where a follower of new fills starts. */
  newestSeq(): Promise<bigint>;
  newTrades(after: bigint, limit: number): Promise<NewTrades>;
  /** Signals and positions as they are now, those that changed last first. */
  recentSignals(limit: number): Promise<readonly Row[]>;
  recentPositions(limit: number): Promise<readonly Row[]>;
};
