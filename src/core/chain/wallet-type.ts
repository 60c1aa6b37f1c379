import type { Address } from "../ids/ids.ts";
import type { SignatureType } from "./exchange-order.ts";
import { ownerWallets } from "./owner-wallets.ts";

export const WALLET_NAMES = ["EOA", "proxy wallet", "Safe", "deposit wallet"] as const;

/** Which kind of wallet of this owner an address is, by CREATE2; null: none that a known factory makes for it. */
export function walletType(owner: Address, wallet: Address): SignatureType | null {
  const own = ownerWallets(owner);
  if (wallet === owner) return 0;
  if (wallet === own.proxy) return 1;
  if (wallet === own.safe) return 2;
  return wallet === own.deposit || wallet === own.depositFirstGeneration ? 3 : null;
}
