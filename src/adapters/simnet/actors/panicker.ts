import type { Desk } from "../exchange/desk.ts";
import { drawBetween, drawLogNormal } from "../random/draws.ts";
import { createPrng, type Prng, type Seed } from "../random/prng.ts";
import { lifeShare, type SimMarket } from "../world/market.ts";
import { lotsFor, type Outcome, PIPS_PER_USD } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Attend } from "./actor.ts";

const LOOKS = 6;
const LOTTERY = 0.3;
const RISE_MIN = 0.035;

/**
 * A wallet that chases: buys what has just risen, late and through the book, then sells everything into the first fall.
 * Otherwise it buys lottery tickets. The crowd watches the same charts, so its panic comes in waves.
 */
export function createPanicker(seed: Seed, desk: Desk): Attend {
  const random = createPrng(seed, "panickers");

  function watch(wallet: SimWallet, market: SimMarket, position: Position, at: number): void {
    if (!desk.isOpen(market, at) || lifeShare(market, at) > 0.985) return;
    const { outcome, floor } = position;
    if (desk.mid(market, outcome, at) <= floor) {
      const lots = desk.lots(wallet, market, outcome);
      if (lots === 0) return;
      desk.trade(wallet, market, { outcome, side: "SELL", lots, limitPips: market.terms.tickPips }, at);
    }
    desk.later(at + lookAgain(random, market), (next) => watch(wallet, market, position, next));
  }

  function buyTicket(wallet: SimWallet, market: SimMarket, at: number): void {
    const outcome: Outcome = desk.mid(market, 0, at) < 0.5 ? 0 : 1;
    const ask = desk.best(market, outcome, "BUY", at);
    if (ask === null || ask < 0.04 * PIPS_PER_USD || ask > 0.3 * PIPS_PER_USD) return;
    const usd = drawLogNormal(random, wallet.medianUsd / 2, wallet.sizeSigma);
    const lots = Math.max(market.terms.minLots, lotsFor(usd, ask));
    desk.trade(wallet, market, { outcome, side: "BUY", lots, limitPips: ask + 0.05 * PIPS_PER_USD }, at);
  }

  function chase(wallet: SimWallet, market: SimMarket, at: number): boolean {
    const outcome: Outcome = desk.mid(market, 0, at) >= 0.5 ? 0 : 1;
    const now = desk.mid(market, outcome, at);
    const lookback = (market.endsAt - market.opensAt) * 0.09;
    if (now < 0.54 || now > 0.88 || now - desk.chart(market, outcome, at - lookback) < RISE_MIN) return false;
    const usd = drawLogNormal(random, wallet.medianUsd, wallet.sizeSigma);
    const limitPips = (now + 0.07) * PIPS_PER_USD;
    const lots = Math.max(market.terms.minLots, lotsFor(usd, limitPips));
    const bought = desk.trade(wallet, market, { outcome, side: "BUY", lots, limitPips }, at);
    if (bought === null) return false;
    const floor = bought.pips / PIPS_PER_USD - drawBetween(random, 0.05, 0.09);
    desk.later(at + lookAgain(random, market), (next) => watch(wallet, market, { outcome, floor }, next));
    return true;
  }

  return function attend(wallet, market, at, attempt) {
    if (!desk.isOpen(market, at)) return;
    if (attempt === 0 && random() < LOTTERY) {
      const wait = (market.endsAt - at) * drawBetween(random, 0.2, 0.8);
      desk.later(at + wait, (next) => {
        if (desk.isOpen(market, next)) buyTicket(wallet, market, next);
      });
      return;
    }
    if (chase(wallet, market, at) || attempt + 1 >= LOOKS || lifeShare(market, at) > 0.9) return;
    desk.later(at + 2 * lookAgain(random, market), (next) => attend(wallet, market, next, attempt + 1));
  };
}

/** Sells when the mid falls to `floor`. */
type Position = { readonly outcome: Outcome; readonly floor: number };

/** About every 15 s in an up/down market, in proportion in longer ones. */
const lookAgain = (random: Prng, market: SimMarket): number =>
  (market.endsAt - market.opensAt) * drawBetween(random, 0.01, 0.025);
