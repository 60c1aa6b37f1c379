import type { Seed } from "../random/prng.ts";
import type { SimMarket } from "../world/market.ts";
import type { SimWallet } from "../world/wallets.ts";

/** What a wallet does when it looks at a market. `attempt` counts looks at the same market, from 0. */
export type Attend = (wallet: SimWallet, market: SimMarket, at: number, attempt: number) => void;

/** Of each kind of wallet only one in so many does anything before a moment: a quiet history, then a crowd. */
export type Rush = { readonly fromMs: number; readonly oneInBefore: number };

/** Of whom there are actors, and when they come; `rush` null: everybody is there from the beginning. */
export type Cast = { readonly seed: Seed; readonly wallets: readonly SimWallet[]; readonly rush: Rush | null };

export const comesAt = ({ index }: SimWallet, rush: Rush | null): number =>
  rush === null || index % rush.oneInBefore === 0 ? 0 : rush.fromMs;
