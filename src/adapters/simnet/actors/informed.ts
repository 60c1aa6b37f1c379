import type { Desk } from "../exchange/desk.ts";
import { drawBetween, drawLogNormal } from "../random/draws.ts";
import { noiseUnit } from "../random/noise.ts";
import { createPrng, hashText, type Seed } from "../random/prng.ts";
import { logistic, logit } from "../random/probability.ts";
import { lifeShare, type SimMarket, winner } from "../world/market.ts";
import { lotsFor, type Outcome, otherOutcome, PIPS_PER_USD } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Attend } from "./actor.ts";

/** Those who know little think that they know this much: without overconfidence they would never trade. */
const BELIEVED_ACCURACY_MIN = 0.62;
const EDGE_MIN = 0.04;
const PRICE_MIN = 0.22;
const PRICE_MAX = 0.74;
const LOOKS = 3;

/**
 * A wallet with a private signal: it names the winner with the wallet's accuracy. The wallet joins it with the market's
 * price as a Bayesian would and buys while the price is off by more than the fee and a margin.
 */
export function createInformed(seed: Seed, desk: Desk): Attend {
  const random = createPrng(seed, "informed");
  const signalKey = hashText(`${seed}/signal`);

  function signal(wallet: SimWallet, market: SimMarket): Outcome {
    const isHalf = market.payout[0] === market.payout[1];
    const accuracy = isHalf ? 0.5 : wallet.accuracy;
    const truth = winner(market);
    return noiseUnit(signalKey, wallet.index, market.index) < accuracy ? truth : otherOutcome(truth);
  }

  /** Locks in a gain that is nearly complete, wholly or in part. */
  function takeProfit(wallet: SimWallet, market: SimMarket, outcome: Outcome, at: number): void {
    if (!desk.isOpen(market, at)) return;
    const bid = desk.best(market, outcome, "SELL", at);
    if (bid !== null && bid >= 0.88 * PIPS_PER_USD) {
      const held = desk.lots(wallet, market, outcome);
      const lots = random() < 0.6 ? held : Math.floor(held / 2);
      desk.trade(wallet, market, { outcome, side: "SELL", lots, limitPips: bid - 2 * market.terms.tickPips }, at);
      return;
    }
    const step = (market.endsAt - market.opensAt) / 10;
    desk.later(at + drawBetween(random, step, 2 * step), (next) => takeProfit(wallet, market, outcome, next));
  }

  return function attend(wallet, market, at, attempt) {
    if (!desk.isOpen(market, at)) return;
    const outcome = signal(wallet, market);
    const ask = desk.best(market, outcome, "BUY", at);
    const believed = Math.max(BELIEVED_ACCURACY_MIN, wallet.accuracy);
    const posterior = logistic(logit(desk.mid(market, outcome, at)) + logit(believed));
    const price = (ask ?? PIPS_PER_USD) / PIPS_PER_USD;
    const fee = (market.terms.takerRateBps / 10_000) * price * (1 - price);
    if (ask !== null && price >= PRICE_MIN && price <= PRICE_MAX && posterior - price - fee >= EDGE_MIN) {
      const lots = Math.max(
        market.terms.minLots,
        lotsFor(drawLogNormal(random, wallet.medianUsd, wallet.sizeSigma), ask),
      );
      const limitPips = ask + 0.03 * PIPS_PER_USD;
      const bought = desk.trade(wallet, market, { outcome, side: "BUY", lots, limitPips }, at);
      if (bought !== null) desk.reveal(market, outcome, logit(wallet.accuracy), at);
      if (bought !== null && random() < 0.25) {
        desk.later(at + (market.endsAt - at) * 0.3, (next) => takeProfit(wallet, market, outcome, next));
      }
      return;
    }
    if (attempt + 1 < LOOKS && lifeShare(market, at) < 0.8) {
      const wait = (market.endsAt - market.opensAt) * drawBetween(random, 0.08, 0.2);
      desk.later(at + wait, (next) => attend(wallet, market, next, attempt + 1));
    }
  };
}
