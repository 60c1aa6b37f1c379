/**
 * The ledger and the scores of a backtest, rebuilt as the past goes by, with the functions that the reputation service
 * uses: units by unit, sums by wallet, a run every hour. What it leaves out is said in docs/backtest.md.
 */
import { infrastructureOf } from "../chain/infrastructure.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { ShareMicros } from "../money/amounts.ts";
import { computeEdge, DEFAULT_PRIOR, type EdgePrior, estimatePrior } from "../reputation/edge.ts";
import { marketSpan } from "../reputation/entries.ts";
import { replayEntries } from "../reputation/fold.ts";
import { type LedgerEffect, type UnitKey, unitKey, unitsOf } from "../reputation/ledger-entry.ts";
import {
  applyFill,
  applyResolution,
  type LedgerMarket,
  newUnitRecord,
  type UnitRecord,
} from "../reputation/unit-record.ts";
import { computeWalletScore, settle, type WalletFacts } from "../reputation/wallet-score.ts";
import { addMs, type EpochMs, epochMs } from "../time/time.ts";
import { closedUnit } from "./closed-units.ts";
import { type FillBatch, type HistoryFacts, type HistoryResolution, TRAIT } from "./history.ts";
import type { Scoreboard } from "./scoreboard.ts";
import { WalletDays } from "./wallet-days.ts";
import { NOT_COUNTED, WalletSums } from "./wallet-sums.ts";

/** `counted` is the sums' handle. */
type UnitState = { record: UnitRecord; counted: number; isDue: boolean };
type MarketState = { market: LedgerMarket; readonly units: Map<number, UnitState> };

/** A resolved market is put away after this: what still trades then is a claim, whose P&L is settled. */
const KEPT_AFTER_RESOLUTION_MS = 3 * 86_400_000;

export class RunLedger {
  private readonly facts: HistoryFacts;
  private readonly board: Scoreboard;
  private readonly lookbackMs: number;
  private readonly markets = new Map<number, MarketState>();
  private readonly putAway: { readonly marketKey: number; readonly at: number }[] = [];
  private readonly gone = new Set<number>();
  private readonly sums = new WalletSums();
  private readonly days: WalletDays;
  private readonly isInfrastructure: Uint8Array;
  private due: UnitState[] = [];
  private waiting = new Set<number>();
  private prior: EdgePrior = DEFAULT_PRIOR;
  /** Entries that came for a market after it was put away. */
  late = 0;

  constructor(facts: HistoryFacts, board: Scoreboard, lookbackMs: number) {
    this.facts = facts;
    this.board = board;
    this.lookbackMs = lookbackMs;
    this.days = new WalletDays(facts.wallets);
    this.isInfrastructure = new Uint8Array(facts.wallets);
    for (let wallet = 0; wallet < facts.wallets; wallet += 1) {
      if (infrastructureOf(facts.address(wallet)) !== null) this.isInfrastructure[wallet] = 1;
    }
  }

  /** Fills inside the lookback, by wallet. */
  get activity(): Float64Array {
    return this.days.total.fills;
  }

  fill(batch: FillBatch, row: number): void {
    const wallet = batch.wallet[row] as number;
    const token = batch.token[row] as number;
    const at = batch.occurredAt[row] as number;
    const traits = batch.traits[row] as number;
    this.days.add(wallet, at, batch.cash[row] as number, (traits & TRAIT.maker) !== 0);
    const marketKey = this.facts.tokenMarket[token] ?? -1;
    const state = marketKey < 0 ? null : this.marketOf(marketKey);
    if (state === null) return;
    const unit = unitOf(state, wallet);
    const fill = {
      blockNumber: batch.blockNumber[row] as number,
      logIndex: batch.logIndex[row] as number,
      walletKey: wallet,
      marketKey,
      outcome: this.facts.tokenOutcome[token] as OutcomeIndex,
      at: epochMs(at),
      isSell: (traits & TRAIT.sell) !== 0,
      size: BigInt(batch.size[row] as number),
      cash: BigInt(batch.cash[row] as number),
      fee: BigInt(batch.fee[row] as number),
      isFeeInShares: (traits & TRAIT.feeInShares) !== 0,
    };
    this.change(unit, applyFill(unit.record, fill, state.market.span));
  }

  effect(effect: LedgerEffect): void {
    const involved = new Map<UnitKey, UnitState>();
    const records = new Map<UnitKey, UnitRecord>();
    const markets = new Map<number, LedgerMarket>();
    for (const name of unitsOf(effect)) {
      const state = this.marketOf(name.marketKey);
      if (state === null) return;
      const unit = unitOf(state, name.walletKey);
      involved.set(unitKey(name), unit);
      records.set(unitKey(name), unit.record);
      markets.set(name.marketKey, state.market);
    }
    for (const [key, record] of replayEntries(records, [effect], markets)) {
      this.change(involved.get(key) as UnitState, record);
    }
  }

  resolve({ marketKey, ...resolution }: HistoryResolution): void {
    const state = this.marketOf(marketKey);
    if (state === null || state.market.resolution !== null) return;
    state.market = { ...state.market, resolution };
    for (const unit of state.units.values()) this.change(unit, applyResolution(unit.record, state.market));
    this.putAway.push({ marketKey, at: resolution.at + KEPT_AFTER_RESOLUTION_MS });
  }

  /** Shares of the token that the wallet holds; null: nothing is known of it. */
  held(wallet: number, token: number): ShareMicros | null {
    const unit = this.markets.get(this.facts.tokenMarket[token] ?? -1)?.units.get(wallet);
    return unit?.record.unit.holdings[this.facts.tokenOutcome[token] as OutcomeIndex].shares ?? null;
  }

  /** One run: every score that changed, as of everything told so far. @returns wallets scored */
  score(at: EpochMs): number {
    const wallets = this.takeDue(at);
    let scored = 0;
    for (const wallet of wallets) {
      const facts = this.factsOf(wallet);
      if (facts === null) {
        this.board.forget(wallet);
        continue;
      }
      const settled = settle(computeWalletScore(facts, this.prior), this.board.tierState(wallet));
      this.board.publish(wallet, settled, at);
      if (settled.runsPast !== 0) this.waiting.add(wallet);
      scored += 1;
    }
    this.publishPrior(at);
    return scored;
  }

  private marketOf(marketKey: number): MarketState | null {
    const known = this.markets.get(marketKey);
    if (known !== undefined) return known;
    if (this.gone.has(marketKey)) {
      this.late += 1;
      return null;
    }
    const info = this.facts.markets[marketKey];
    const span = marketSpan(info?.startsAt ?? null, info?.endsAt ?? null);
    const market = { marketKey, span, isCombo: info?.isCombo ?? false, resolution: null };
    const state: MarketState = { market, units: new Map() };
    this.markets.set(marketKey, state);
    return state;
  }

  private change(unit: UnitState, record: UnitRecord): void {
    unit.record = record;
    if (unit.isDue) return;
    unit.isDue = true;
    this.due.push(unit);
  }

  /** @returns the wallets whose score may have changed */
  private takeDue(at: EpochMs): ReadonlySet<number> {
    const wallets = new Set([...this.waiting, ...this.days.takeActive()]);
    this.waiting = new Set();
    for (const unit of this.due) {
      const { walletKey } = unit.record;
      unit.counted = this.sums.count(walletKey, unit.counted, closedUnit(unit.record));
      unit.isDue = false;
      wallets.add(walletKey);
    }
    this.due = [];
    const cutoff = addMs(at, -this.lookbackMs);
    for (const wallet of this.sums.moveWindow(cutoff)) wallets.add(wallet);
    for (const wallet of this.days.moveWindow(cutoff)) wallets.add(wallet);
    for (let next = this.putAway[0]; next !== undefined && next.at <= at; next = this.putAway[0]) {
      this.putAway.shift();
      this.markets.delete(next.marketKey);
      this.gone.add(next.marketKey);
    }
    return wallets;
  }

  private factsOf(wallet: number): WalletFacts | null {
    const of = this.sums.of(wallet);
    if (this.isInfrastructure[wallet] === 1 || of === undefined || of.closedEver === 0) return null;
    const { closedEver: _, ...rest } = of;
    const { fills, volume, makerVolume } = this.days.total;
    const micros = (column: Float64Array): bigint => BigInt(column[wallet] as number);
    return {
      ...{ ...rest, walletKey: wallet, isInfrastructure: false, isWash: false },
      ...{ fills: micros(fills), volume: micros(volume), makerVolume: micros(makerVolume) },
    };
  }

  /** As the service does: estimated after the run, and every edge anew where it moved on its grid. */
  private publishPrior(at: EpochMs): void {
    const next = estimatePrior(this.sums.population());
    if (next.k === this.prior.k && next.variance === this.prior.variance) return;
    this.prior = next;
    for (const wallet of this.sums.wallets()) {
      const of = this.sums.of(wallet);
      if (of === undefined || of.closedEver === 0 || this.isInfrastructure[wallet] === 1) continue;
      this.board.publishEdge(wallet, computeEdge(of.edge, next)?.lowerBound ?? null, at);
    }
  }
}

function unitOf({ market, units }: MarketState, wallet: number): UnitState {
  const known = units.get(wallet);
  if (known !== undefined) return known;
  const state = { record: applyResolution(newUnitRecord(wallet, market), market), counted: NOT_COUNTED, isDue: false };
  units.set(wallet, state);
  return state;
}
