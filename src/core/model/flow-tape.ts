import { FLOW_TRADES_MAX, FLOW_WINDOW_MS, type TapeTrade } from "./context.ts";

/** The last trades of every market, as far as the flow looks. */
export class FlowTape {
  private readonly markets = new Map<number, TapeTrade[]>();

  add(market: number, trade: TapeTrade): void {
    const trades = this.markets.get(market);
    if (trades === undefined) this.markets.set(market, [trade]);
    else {
      trades.push(trade);
      if (trades.length >= 2 * FLOW_TRADES_MAX) trades.splice(0, trades.length - FLOW_TRADES_MAX);
    }
  }

  /** Those that the flow of a fill at `at` is made of. */
  recent(market: number, at: number): readonly TapeTrade[] {
    return (this.markets.get(market) ?? []).slice(-FLOW_TRADES_MAX).filter((trade) => at - trade.at <= FLOW_WINDOW_MS);
  }

  forget(market: number): void {
    this.markets.delete(market);
  }
}
