/**
 * The engine of paper and live trading, fed with the past. Its clock is when a fill became known: block time plus a
 * delay. Orders meet what traded after they had arrived.
 */
import type { ChangedRow, Command } from "../engine/command.ts";
import type { EngineEvent } from "../engine/event.ts";
import { type EngineConfig, type EngineState, sortedValues } from "../engine/state.ts";
import { step } from "../engine/step.ts";
import type { OrderHash } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import { price, toNumber } from "../money/amounts.ts";
import type { ObservedFill } from "../signals/observed-fill.ts";
import type { Signal } from "../signals/signal.ts";
import { addMs, type EpochMs, epochMs, HOUR_MS, SECOND_MS } from "../time/time.ts";
import type { CandidateSource } from "./candidates.ts";
import { Controls } from "./controls.ts";
import { type Answer, EvidenceOrders } from "./evidence-orders.ts";
import { type FillBatch, type HistoryFacts, type HistoryResolution, TRAIT } from "./history.ts";
import { planTicks } from "./next-tick.ts";
import { describeMarket, observeFill } from "./observe.ts";
import { RunBooks } from "./run-books.ts";
import type { Scoreboard } from "./scoreboard.ts";
import { Study } from "./study.ts";
import { isQuote, type Quote, quoteOf, Tape } from "./tape.ts";
import { watchedTokens } from "./watched-tokens.ts";

export type ReplayOptions = {
  readonly engine: EngineConfig;
  /** From the block's time to when we know of it. */
  readonly delayMs: number;
  /** From a decision to the order's arrival. */
  readonly latencyMs: number;
  /** For how long after that trades count as what it met. */
  readonly evidenceMs: number;
  readonly seed: number;
  /** False: signals are made and nothing is bought. */
  readonly trades: boolean;
};

/** Shares of a token that a wallet holds; null: nothing is known of it. */
export type Holdings = { held(wallet: number, token: number): bigint | null };

/** Told of everything that came of a step, in order. */
export type ReplaySink = (changes: readonly ChangedRow[], event: EngineEvent, commands: readonly Command[]) => void;

const MARK_MS = 10 * SECOND_MS;
/** What is older counts for nothing; it only takes space. */
const FORGET_MS = HOUR_MS;

export class Replay {
  readonly study: Study;
  readonly books: RunBooks;
  private readonly facts: HistoryFacts;
  private readonly board: Scoreboard;
  private readonly candidates: CandidateSource | null;
  private readonly options: ReplayOptions;
  private readonly sink: ReplaySink;
  private readonly tape: Tape;
  private readonly orders: EvidenceOrders;
  private readonly controls: Controls;
  private readonly keyOfMarket = new Map<string, number>();
  private readonly resolved: Uint8Array;
  private state: EngineState;
  /** What is held, and when it may be valued again. */
  private held = new Map<number, { readonly token: number; readonly outcome: OutcomeIndex; markAt: number }>();
  private watched: ReadonlySet<number> = new Set();
  /** Of the fill that is told of. */
  private leader = -1;
  /** Rows of the present batch whose wallets' activity is counted. */
  private counted = 0;
  private tickAt: number;
  private forgetAt: number;
  private markDue = Number.POSITIVE_INFINITY;
  private readonly nextTick = planTicks();

  constructor(
    facts: HistoryFacts,
    board: Scoreboard,
    candidates: CandidateSource | null,
    options: ReplayOptions,
    startAt: EpochMs,
    sink: ReplaySink,
  ) {
    this.facts = facts;
    this.board = board;
    this.candidates = candidates;
    this.options = options;
    this.sink = sink;
    this.tape = new Tape(facts);
    this.orders = new EvidenceOrders(this.tape, options.evidenceMs, options.delayMs);
    this.books = new RunBooks(facts, this.tape, options.engine.limits.dataAgeMsMax);
    this.study = new Study(facts.markets.length, options.delayMs + options.latencyMs, options.evidenceMs);
    this.controls = new Controls(facts.wallets, options.engine.signals, options.seed);
    this.resolved = new Uint8Array(facts.markets.length);
    const event: EngineEvent = { kind: "started", at: startAt, config: options.engine };
    const { state, changes, commands } = step(null, event);
    this.state = state;
    this.forgetAt = startAt + FORGET_MS;
    this.tickAt = this.forgetAt;
    sink(changes, event, commands);
  }

  engineState(): EngineState {
    return this.state;
  }

  isFollowed(wallet: number): boolean {
    const rules = this.options.engine.signals;
    return this.board.eligible[wallet] === 1 && (this.board.score[wallet] as number) >= rules.minWhaleScore;
  }

  /** Before trading begins: prices and who is active. */
  warm(batch: FillBatch, row: number): void {
    const market = this.facts.tokenMarket[batch.token[row] as number] ?? -1;
    if (market < 0) return;
    this.candidates?.remember(batch, row, market);
    if (!isQuote(batch, row)) return;
    this.tape.show(market, batch, row, this.facts.tokenOutcome[batch.token[row] as number] as number);
  }

  /** Behind the last row of a batch. */
  ended(batch: FillBatch): void {
    this.count(batch, batch.length);
    this.counted = 0;
  }

  /** @param holdings as they were before the fill; asked where a leader sells */
  fill(batch: FillBatch, row: number, holdings: Holdings): void {
    const token = batch.token[row] as number;
    const wallet = batch.wallet[row] as number;
    const knownAt = (batch.occurredAt[row] as number) + this.options.delayMs;
    if (knownAt >= this.tickAt || knownAt >= this.markDue || this.orders.size > 0) this.runTimers(knownAt);
    const market = this.facts.tokenMarket[token] ?? -1;
    if (market < 0) return;
    const traits = batch.traits[row] as number;
    const outcome = this.facts.tokenOutcome[token] as OutcomeIndex;
    if (isQuote(batch, row)) {
      this.tape.show(market, batch, row, outcome);
      if (this.orders.size > 0 || this.held.size > 0 || this.study.isOpen(market)) {
        this.show(market, quoteOf(batch, row, outcome), knownAt);
      }
    }
    if ((batch.size[row] as number) <= 0 || this.resolved[market] === 1) return;
    const context = this.candidates?.look(batch, row, market) ?? null;
    const isSell = (traits & TRAIT.sell) !== 0;
    const isControl = !isSell && (this.controls.flags[wallet] as number) !== 0;
    const isFollowed = !isSell && this.isFollowed(wallet);
    const isCandidate = isSell ? this.sellMatters(wallet, token) : isFollowed || context !== null;
    if (!isCandidate && !isControl) return;
    // Of an order that is only imagined nobody asks the hash.
    if (isControl) this.control(wallet, token, this.observe(batch, row, null, NO_HASH));
    if (!isCandidate) return;
    const held = isSell && this.watched.has(token) ? holdings.held(wallet, token) : null;
    const fill = this.observe(batch, row, held, batch.orderHash(row));
    const facts = this.board.facts(wallet);
    this.keyOfMarket.set(this.facts.markets[market]?.marketId ?? "", market);
    this.leader = wallet;
    if (isFollowed && this.controls.isUnmatched(wallet)) {
      this.count(batch, row + 1);
      this.controls.match(wallet, (each) => this.isFollowed(each));
    }
    const common = { at: epochMs(knownAt), fill, wallet: facts, market: describeMarket(this.facts, market, outcome) };
    this.tell({ kind: "fillObserved", ...common, ...(context === null ? {} : { context }) });
  }

  resolve({ marketKey, at, payoutNumerators }: HistoryResolution): void {
    const knownAt = addMs(at, this.options.delayMs);
    this.runTimers(knownAt);
    this.resolved[marketKey] = 1;
    this.candidates?.resolve(marketKey);
    this.answer(this.orders.expire(at, marketKey), knownAt);
    const marketId = this.facts.markets[marketKey]?.marketId;
    if (marketId !== undefined && this.keyOfMarket.has(marketId)) {
      this.tell({ kind: "marketResolved", at: knownAt, marketId, payoutNumerators, resolvedAt: at });
    }
    this.study.resolve(marketKey, payoutNumerators);
  }

  /** After each run of the scores. */
  scored(at: EpochMs, hasChanged: boolean): void {
    if (hasChanged) this.controls.unmatch((wallet) => this.isFollowed(wallet));
    this.controls.forget(at);
  }

  /**
   * The end of the past: what is open stays open, valued as it was last seen.
   * @param at when the last of it became known
   * @param until orders whose time is over by then are answered when it is over, the others at once
   */
  finish(at: EpochMs, until: EpochMs): void {
    this.runTimers(at);
    for (let over = this.orders.nextExpiry(); over <= until; over = this.orders.nextExpiry()) {
      this.answer(this.orders.expire(over, null), over);
    }
    this.answer(this.orders.expire(Number.POSITIVE_INFINITY, null), at);
  }

  private count({ wallet }: FillBatch, until: number): void {
    this.controls.count(wallet, this.counted, until);
    this.counted = until;
  }

  private sellMatters(wallet: number, token: number): boolean {
    const rules = this.options.engine.signals;
    return this.watched.has(token) || (rules.fadeDegens && (this.board.score[wallet] as number) < rules.maxFadeScore);
  }

  private observe(batch: FillBatch, row: number, heldBefore: bigint | null, orderHash: OrderHash): ObservedFill {
    return observeFill(this.facts, batch, row, { delayMs: this.options.delayMs, heldBefore, orderHash });
  }

  private control(wallet: number, token: number, fill: ObservedFill): void {
    const market = this.facts.tokenMarket[token] as number;
    const outcome = this.facts.tokenOutcome[token] as OutcomeIndex;
    const key = token * this.facts.wallets + wallet;
    for (const [group, trigger] of this.controls.see(key, wallet, fill)) {
      const paid = toNumber(trigger.price);
      const { slippageBps } = this.options.engine.signals;
      const cap = Math.min(0.99, paid * (1 + Number(slippageBps) / 10_000));
      const fee = this.tape.fee(market);
      const common = { group, signalType: "FOLLOW_WHALE", market, outcome, wallet, fee } as const;
      this.study.add({ ...common, at: fill.occurredAt, price: paid, cap, confidence: 0 });
    }
  }

  private show(market: number, quote: Quote, knownAt: number): void {
    this.study.show(market, quote);
    if (this.orders.isWaiting(market)) this.answer(this.orders.show(market, quote), knownAt);
    const held = this.held.get(market);
    if (held === undefined) return;
    if (knownAt >= held.markAt) this.mark(market, held, knownAt);
    else this.markDue = Math.min(this.markDue, held.markAt);
  }

  private mark(
    market: number,
    held: { readonly token: number; readonly outcome: OutcomeIndex; markAt: number },
    at: number,
  ): void {
    held.markAt = at + MARK_MS;
    const { bid, ask } = this.tape.best(market, held.outcome);
    if (Number.isNaN(bid)) return;
    const tokenId = this.facts.tokenId(held.token);
    const seen = { tokenId, bid: price(BigInt(bid)), ask: Number.isNaN(ask) ? null : price(BigInt(ask)) };
    this.tell({ kind: "positionsMarked", at: epochMs(at), bids: [seen] });
  }

  /** Everything that time alone brings, each at its own moment. */
  private runTimers(now: number): void {
    for (;;) {
      const expiry = this.orders.nextExpiry();
      const at = Math.min(expiry, this.markDue, this.tickAt);
      if (at > now) return;
      if (at === expiry) this.answer(this.orders.expire(at, null), at);
      else if (at === this.markDue) this.markHeld(at);
      else this.tick(at);
    }
  }

  private markHeld(now: number): void {
    this.markDue = Number.POSITIVE_INFINITY;
    for (const [market, held] of this.held) if (held.markAt <= now) this.mark(market, held, now);
  }

  private tick(at: number): void {
    if (at >= this.forgetAt) this.forgetAt = at + FORGET_MS;
    this.tickAt = Number.POSITIVE_INFINITY;
    this.tell({ kind: "ticked", at: epochMs(at) });
    this.plan(at);
  }

  private answer(answers: readonly Answer[], at: number): void {
    for (const { order, result } of answers) {
      this.tell({ kind: "orderResult", at: epochMs(at), clientOrderId: order.clientOrderId, result });
    }
  }

  /** An answer to a request comes at once, before later events. */
  private tell(first: EngineEvent): void {
    const waiting = [first];
    for (let event = waiting.pop(); event !== undefined; event = waiting.pop()) {
      const before = this.state;
      const { state, commands, changes } = step(before, event);
      this.state = state;
      if (state === before && commands.length === 0) continue;
      this.sink(changes, event, commands);
      if (state.positions !== before.positions || state.signals !== before.signals) this.findHeld();
      for (const change of changes) if (change.kind === "signal") this.noteSignal(change.signal, before);
      for (const command of commands) {
        const known = this.perform(command, event.at);
        if (known !== null) waiting.push(known);
      }
      this.plan(event.at);
    }
  }

  private perform(command: Command, at: EpochMs): EngineEvent | null {
    if (command.kind === "placeOrder") {
      const { marketId, outcomeIndex } = command.order;
      const market = this.keyOfMarket.get(marketId) as number;
      const arrivesAt = addMs(at, this.options.latencyMs);
      this.orders.place(command.order, market, this.books.meet(market, outcomeIndex, at, arrivesAt));
    }
    if (command.kind !== "requestBook" || !this.options.trades) return null;
    const market = this.keyOfMarket.get(command.marketId) as number;
    const outcome = this.facts.markets[market] === undefined ? 0 : this.outcomeOf(command.tokenId, market);
    const { book, observedAt, acceptingOrders } = this.books.see(market, outcome, at);
    const { tickSize, minOrderSize } = book;
    const terms = {
      ...{ fee: this.tape.fee(market), tickSize, minOrderSize },
      acceptingOrders: acceptingOrders && this.resolved[market] === 0,
    };
    const view = { book, terms, observedAt, chainAsOf: addMs(at, -this.options.delayMs) };
    return { kind: "bookObserved", at, subject: command.subject, view };
  }

  private outcomeOf(tokenId: string, market: number): OutcomeIndex {
    return this.tape.book(market, 0).tokenId === tokenId ? 0 : 1;
  }

  /** A new signal becomes a bet of the study. */
  private noteSignal(signal: Signal, before: EngineState): void {
    const isNew = before.signals[signal.id] === undefined && signal.stage !== "ORDER_IN_FLIGHT";
    if (!isNew || signal.side === "SELL" || signal.limitPrice === null || this.studied.has(signal.id)) return;
    this.studied.add(signal.id);
    const market = this.keyOfMarket.get(signal.marketId) as number;
    this.study.add({
      ...{ group: "signal", signalType: signal.type, market, outcome: signal.outcomeIndex, wallet: this.leader },
      at: signal.trigger.occurredAt,
      price: toNumber(signal.trigger.price),
      cap: toNumber(signal.limitPrice),
      confidence: signal.confidence,
      fee: this.tape.fee(market),
    });
  }
  private readonly studied = new Set<string>();

  private findHeld(): void {
    const held: typeof this.held = new Map();
    for (const { marketId, outcomeIndex } of sortedValues(this.state.positions)) {
      const market = this.keyOfMarket.get(marketId) as number;
      const token = this.tape.tokenOf(market, outcomeIndex);
      held.set(market, this.held.get(market) ?? { token, outcome: outcomeIndex, markAt: 0 });
    }
    this.held = held;
    this.watched = watchedTokens(this.state, (marketId, outcome) =>
      this.tape.tokenOf(this.keyOfMarket.get(marketId) as number, outcome),
    );
  }

  private plan(now: number): void {
    this.tickAt = Math.max(this.nextTick(this.state, this.forgetAt), now);
  }
}

const NO_HASH = "" as OrderHash;
