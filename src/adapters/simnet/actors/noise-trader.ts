import type { Desk } from "../exchange/desk.ts";
import { drawBetween, drawLogNormal } from "../random/draws.ts";
import { createPrng, type Seed } from "../random/prng.ts";
import type { SimMarket } from "../world/market.ts";
import { lotsFor, type Outcome, PIPS_PER_USD } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Attend } from "./actor.ts";

const RESTS = 0.22;
const SELLS_EARLY = 0.3;

/** A wallet that knows nothing: picks a side, pays what is asked or waits at a limit, now and then leaves early. */
export function createNoiseTrader(seed: Seed, desk: Desk): Attend {
  const random = createPrng(seed, "noise");

  function leave(wallet: SimWallet, market: SimMarket, outcome: Outcome, at: number): void {
    const bid = desk.isOpen(market, at) ? desk.best(market, outcome, "SELL", at) : null;
    const lots = desk.lots(wallet, market, outcome);
    if (bid === null || lots === 0) return;
    const limitPips = bid - 3 * market.terms.tickPips;
    if (random() < 0.8) desk.trade(wallet, market, { outcome, side: "SELL", lots, limitPips }, at);
    else desk.rest(wallet, market, { outcome, side: "SELL", lots, limitPips: bid + 100, ttlMs: 120_000 }, at);
  }

  return function attend(wallet, market, at) {
    if (!desk.isOpen(market, at)) return;
    const outcome: Outcome = random() < 0.5 ? 0 : 1;
    const usd = drawLogNormal(random, wallet.medianUsd, wallet.sizeSigma);
    const mid = desk.mid(market, outcome, at);
    if (mid < 0.06 || mid > 0.94) return;
    const life = market.endsAt - market.opensAt;
    if (random() < RESTS) {
      const limitPips = Math.floor((mid - 0.01) * PIPS_PER_USD);
      const lots = Math.max(market.terms.minLots, lotsFor(usd, limitPips));
      const ttlMs = life * drawBetween(random, 0.1, 0.3);
      desk.rest(wallet, market, { outcome, side: "BUY", lots, limitPips, ttlMs }, at);
    } else {
      const ask = desk.best(market, outcome, "BUY", at);
      if (ask === null) return;
      const lots = Math.max(market.terms.minLots, lotsFor(usd, ask));
      desk.trade(wallet, market, { outcome, side: "BUY", lots, limitPips: ask + 4 * market.terms.tickPips }, at);
    }
    if (random() < SELLS_EARLY) {
      desk.later(at + (market.endsAt - at) * drawBetween(random, 0.3, 0.95), (next) =>
        leave(wallet, market, outcome, next),
      );
    }
  };
}
