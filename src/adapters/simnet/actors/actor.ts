import type { SimMarket } from "../world/market.ts";
import type { SimWallet } from "../world/wallets.ts";

/** What a wallet does when it looks at a market. `attempt` counts looks at the same market, from 0. */
export type Attend = (wallet: SimWallet, market: SimMarket, at: number, attempt: number) => void;
