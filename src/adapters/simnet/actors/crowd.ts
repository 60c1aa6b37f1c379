import { drawBetween } from "../random/draws.ts";
import { noiseUnit } from "../random/noise.ts";
import { createPrng, hashText } from "../random/prng.ts";
import type { Agenda } from "../world/agenda.ts";
import type { SimMarket } from "../world/market.ts";
import type { SimWallet, WalletKind } from "../world/wallets.ts";
import { type Attend, type Cast, comesAt } from "./actor.ts";

/** Some markets are talked about: nearly every panicker of the asset comes. */
const HYPE = 0.12;

/** First look of each kind, as shares of the market's life. */
const ARRIVAL: Readonly<Record<WalletKind, readonly [number, number]>> = {
  market_maker: [0, 0],
  informed: [0.03, 0.6],
  noise: [0.02, 0.92],
  panicker: [0.25, 0.75],
};

/** Those of a rush come all through a market's life, so that a load is about as large at every moment. */
const RUSH_ARRIVAL = [0, 0.96] as const;

export type Crowd = {
  /** Puts the first look of everybody who will look at this market on the agenda. */
  gather(market: SimMarket): void;
};

export function createCrowd(
  { seed, wallets, rush }: Cast,
  agenda: Agenda,
  actors: Readonly<Record<Exclude<WalletKind, "market_maker">, Attend>>,
): Crowd {
  const random = createPrng(seed, "crowd");
  const hypeKey = hashText(`${seed}/hype`);
  const early = wallets.filter((wallet) => comesAt(wallet, rush) === 0);

  function attention(wallet: SimWallet, market: SimMarket): number {
    if (market.kind === "daily") return wallet.dailyAttention;
    if (!wallet.assets.includes(market.topic)) return 0;
    const isHyped = wallet.kind === "panicker" && noiseUnit(hypeKey, market.index) < HYPE;
    return isHyped ? 0.97 : wallet.attention;
  }

  return {
    gather(market) {
      const life = market.endsAt - market.opensAt;
      const isBeforeRush = rush !== null && market.endsAt < rush.fromMs;
      for (const wallet of isBeforeRush ? early : wallets) {
        const from = comesAt(wallet, rush);
        if (wallet.kind === "market_maker" || wallet.kind === "customer" || random() >= attention(wallet, market))
          continue;
        const attend = actors[wallet.kind];
        const [earliest, latest] = from === 0 ? ARRIVAL[wallet.kind] : RUSH_ARRIVAL;
        const first = Math.floor(market.opensAt + life * drawBetween(random, earliest, latest));
        if (first >= from) agenda.at(first, (at) => attend(wallet, market, at, 0));
      }
    },
  };
}
