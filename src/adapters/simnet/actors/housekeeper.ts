import type { Desk } from "../exchange/desk.ts";
import type { Vault } from "../exchange/vault.ts";
import { noiseUnit } from "../random/noise.ts";
import { hashText } from "../random/prng.ts";
import type { SimMarket } from "../world/market.ts";
import { lotsFor, type Outcome, PIPS_PER_USD } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import { type Cast, comesAt } from "./actor.ts";

/** Besides trading: a few wallets split and merge, convert, send tokens to another wallet of theirs, redeem. */
export type Housekeeper = {
  /** The markets of one event that were prepared just now. */
  tend(group: readonly SimMarket[]): void;
  resolved(market: SimMarket, at: number): void;
};

const SPLITS = 0.012;
const CONVERTS = 0.08;
const MOVES = 0.5;
const GIVES_AWAY = 0.0015;
const REDEEMS = 0.7;
/** There is nothing to be had, and some do it all the same. */
const REDEEMS_LOSSES = 0.03;
const AUTOMATIC = 0.25;
const MINUTE_MS = 60_000;

/**
 * Decided by noise and not by drawing, so that nothing else in the world depends on it but through what is held.
 * @param cast wallets of every kind; makers convert and redeem like everybody else
 */
export function createHousekeeper({ seed, wallets, rush }: Cast, desk: Desk, vault: Vault): Housekeeper {
  const key = hashText(`${seed}/housekeeping`);
  const chance = (what: number, wallet: SimWallet, market: SimMarket): number =>
    noiseUnit(key, wallet.index, market.index, what);
  const during = ({ opensAt, endsAt }: SimMarket, share: number): number =>
    Math.floor(opensAt + (endsAt - opensAt) * share);

  /** Both outcomes for a dollar: one is sold, and what is left of both is a dollar again. */
  function split(wallet: SimWallet, market: SimMarket): void {
    const outcome: Outcome = chance(2, wallet, market) < 0.5 ? 0 : 1;
    const start = 0.1 + 0.5 * chance(3, wallet, market);
    desk.later(during(market, start), (at) => {
      vault.split(wallet, market, market.terms.minLots + lotsFor(wallet.medianUsd, PIPS_PER_USD), at);
    });
    desk.later(during(market, start + 0.1), (at) => {
      const bid = desk.best(market, outcome, "SELL", at);
      const lots = Math.floor(desk.lots(wallet, market, outcome) * 0.6);
      if (bid !== null && lots > 0) {
        desk.trade(wallet, market, { outcome, side: "SELL", lots, limitPips: bid - 3 * market.terms.tickPips }, at);
      }
    });
    if (chance(4, wallet, market) < 0.7) {
      desk.later(during(market, start + 0.2), (at) => vault.merge(wallet, market, at));
    }
  }

  function move(wallet: SimWallet, to: number, market: SimMarket): void {
    const isAll = chance(5, wallet, market) < 0.5;
    desk.later(during(market, 0.4 + 0.5 * chance(6, wallet, market)), (at) => {
      for (const outcome of [0, 1] as const) vault.send(wallet, to, market, outcome, isAll, at);
    });
  }

  function tendMarket(market: SimMarket): void {
    for (const wallet of wallets) {
      if (market.endsAt < comesAt(wallet, rush)) continue;
      if (wallet.kind === "noise" && chance(1, wallet, market) < SPLITS) split(wallet, market);
      if (wallet.family !== null && chance(7, wallet, market) < MOVES) move(wallet, wallet.family.sibling, market);
      const stranger = Math.floor(chance(9, wallet, market) * wallets.length);
      if (wallet.index !== stranger && chance(8, wallet, market) < GIVES_AWAY) move(wallet, stranger, market);
    }
  }

  return {
    tend(group) {
      for (const market of group) tendMarket(market);
      const [first] = group;
      if (first?.negRisk !== true) return;
      for (const wallet of wallets) {
        if (first.endsAt < comesAt(wallet, rush) || chance(10, wallet, first) >= CONVERTS) continue;
        desk.later(during(first, 0.3 + 0.6 * chance(11, wallet, first)), (at) => vault.convert(wallet, group, at));
      }
    },
    resolved(market, at) {
      for (const wallet of wallets) {
        // Of every wallet at every resolution: nothing is allocated for those who hold nothing.
        const first = desk.lots(wallet, market, 0) > 0;
        const second = desk.lots(wallet, market, 1) > 0;
        if (!first && !second) continue;
        const isWinner = (first && market.payout[0] > 0) || (second && market.payout[1] > 0);
        if (chance(12, wallet, market) >= (isWinner ? REDEEMS : REDEEMS_LOSSES)) continue;
        const isAutomatic = chance(13, wallet, market) < AUTOMATIC;
        const after = Math.floor(MINUTE_MS * (1 + 20 * chance(14, wallet, market)));
        desk.later(at + after, (then) => vault.redeem(wallet, market, isAutomatic, then));
      }
    },
  };
}
