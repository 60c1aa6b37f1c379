/**
 * What a bet on each signal would have earned per share, held to the resolution, whatever the account could afford. The
 * controls are measured in the same way on the same days.
 */
import { feePerShare } from "../execution/fee.ts";
import type { FeeSchedule, OutcomeIndex } from "../market/market.ts";
import type { SignalType } from "../signals/signal.ts";
import type { EpochMs } from "../time/time.ts";
import type { Quote } from "./tape.ts";

/** Seconds from the leader's trade to ours; at 0 we pay what the leader paid. */
export const STUDY_DELAYS_S: readonly number[] = [0, 1, 3, 5, 10, 30, 60, 300];

export type StudyGroup = "signal" | "random" | "everyone";

/** One imagined bet on one share. Prices in USD; NaN where no trade showed one in time. */
export type StudyBet = {
  readonly group: StudyGroup;
  readonly signalType: SignalType;
  readonly market: number;
  readonly outcome: OutcomeIndex;
  /** When the leader traded. */
  readonly at: EpochMs;
  readonly wallet: number;
  /** Beyond it the signal does not buy. */
  readonly cap: number;
  readonly confidence: number;
  readonly fee: FeeSchedule;
  /** One for each of `STUDY_DELAYS_S`, and the last for the run's own delay and latency. */
  readonly prices: number[];
  /** What the other outcome cost at the delay of the run. */
  reversePrice: number;
  /** What the outcome paid per share; NaN: not known by the end of the run. */
  payout: number;
};

export type NewBet = Omit<StudyBet, "prices" | "reversePrice" | "payout"> & { readonly price: number };

export class Study {
  readonly bets: StudyBet[] = [];
  /** By market; asked with every trade. */
  private readonly open: (StudyBet[] | undefined)[];
  private readonly byMarket = new Map<number, StudyBet[]>();
  private readonly delaysMs: readonly number[];
  private readonly ownDelayMs: number;
  private readonly windowMs: number;

  /** @param windowMs for how long after the delay a trade counts as its price */
  constructor(markets: number, ownDelayMs: number, windowMs: number) {
    this.open = new Array(markets);
    this.delaysMs = [...STUDY_DELAYS_S.map((seconds) => seconds * 1_000), ownDelayMs];
    this.ownDelayMs = ownDelayMs;
    this.windowMs = windowMs;
  }

  add({ price, ...facts }: NewBet): void {
    // Of a long run there are a million: a typed array each would take three times the space.
    const prices = this.delaysMs.map(() => Number.NaN);
    prices[0] = price;
    const bet: StudyBet = { ...facts, prices, reversePrice: Number.NaN, payout: Number.NaN };
    this.bets.push(bet);
    const { market } = bet;
    this.open[market] = [...(this.open[market] ?? []), bet];
    const list = this.byMarket.get(market);
    if (list === undefined) this.byMarket.set(market, [bet]);
    else list.push(bet);
  }

  /** Whether a trade in the market would tell anything. */
  isOpen(market: number): boolean {
    return this.open[market] !== undefined;
  }

  /** A trade behind those that the bets of the market were told of. */
  show(market: number, quote: Quote): void {
    const list = this.open[market];
    if (list === undefined) return;
    let isOver = false;
    for (const bet of list) isOver = this.price(bet, quote) || isOver;
    if (!isOver) return;
    const left = list.filter((bet) => quote.at - bet.at <= LAST_DELAY_MS + this.windowMs);
    this.open[market] = left.length === 0 ? undefined : left;
  }

  resolve(market: number, numerators: readonly [bigint, bigint]): void {
    this.open[market] = undefined;
    const total = Number(numerators[0] + numerators[1]);
    for (const bet of this.byMarket.get(market) ?? []) bet.payout = Number(numerators[bet.outcome]) / total;
    this.byMarket.delete(market);
  }

  /** @returns whether no later trade can say anything about it */
  private price(bet: StudyBet, quote: Quote): boolean {
    const age = quote.at - bet.at;
    const inWindow = (delayMs: number): boolean => age >= delayMs && age <= delayMs + this.windowMs;
    if (quote.isAsk === (bet.outcome === 0)) {
      const own = (bet.outcome === 0 ? quote.price : 1e6 - quote.price) / 1e6;
      for (let index = 1; index < this.delaysMs.length; index += 1) {
        if (Number.isNaN(bet.prices[index]) && inWindow(this.delaysMs[index] as number)) bet.prices[index] = own;
      }
    } else if (Number.isNaN(bet.reversePrice) && inWindow(this.ownDelayMs)) {
      bet.reversePrice = (bet.outcome === 0 ? 1e6 - quote.price : quote.price) / 1e6;
    }
    return age > LAST_DELAY_MS + this.windowMs;
  }
}

const LAST_DELAY_MS = (STUDY_DELAYS_S.at(-1) ?? 0) * 1_000;

/** What the run's own delay and latency would have paid. */
export const ownPrice = (bet: StudyBet): number => bet.prices[STUDY_DELAYS_S.length] as number;

/** USD per share after the fee; NaN where price or payout are not known. */
export const edgeAt = (bet: StudyBet, price: number): number => bet.payout - price - feePerShare(bet.fee, price);
export const reverseEdge = (bet: StudyBet): number =>
  1 - bet.payout - bet.reversePrice - feePerShare(bet.fee, bet.reversePrice);
