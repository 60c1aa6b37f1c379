import type { Grant, WalletCall } from "../core/chain/redeem-call.ts";
import type { Address, MarketId, OrderHash, TokenId, TxHash } from "../core/ids/ids.ts";
import type { ShareMicros, UsdMicros } from "../core/money/amounts.ts";

/** What a wallet has on the chain, and transactions. Every method throws TransientError (and its kinds) without an answer. */
export type WalletChain = {
  hasCode(address: Address, signal: AbortSignal): Promise<boolean>;
  /** Whether a contract wallet takes the signature for its own (ERC-1271). */
  accepts(wallet: Address, hash: OrderHash, signature: `0x${string}`, signal: AbortSignal): Promise<boolean>;
  /** Wei of the coin that gas is paid in. */
  gasMoney(address: Address, signal: AbortSignal): Promise<bigint>;
  collateral(wallet: Address, signal: AbortSignal): Promise<ChainCollateral>;
  /** What each of `spenders` may take of the wallet's pUSD. */
  allowances(wallet: Address, spenders: readonly Address[], signal: AbortSignal): Promise<readonly UsdMicros[]>;
  /** Which of them the wallet has given. */
  operators(wallet: Address, grants: readonly Grant[], signal: AbortSignal): Promise<readonly boolean[]>;
  /** Of the CTF and of Protocol V2: which one follows from the token. */
  shares(wallet: Address, tokens: readonly TokenId[], signal: AbortSignal): Promise<readonly ShareMicros[]>;
  /** Numerators of both outcomes, of the CTF or of Protocol V2; null while the market is not resolved. */
  payout(marketId: MarketId, signal: AbortSignal): Promise<readonly [bigint, bigint] | null>;
  /** Of the next transaction, as far as earlier ones are mined. */
  nonce(owner: Address, signal: AbortSignal): Promise<bigint>;
  /** @returns wei per gas */
  fees(signal: AbortSignal): Promise<{ readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }>;
  /** @returns null where the call would revert */
  estimateGas(from: Address, call: WalletCall, signal: AbortSignal): Promise<bigint | null>;
  /** The same bytes may be sent again: a node that has them, or has mined them, is content. @throws TransientError */
  send(raw: `0x${string}`, signal: AbortSignal): Promise<void>;
  /** null: in no block that the node has. */
  receipt(hash: TxHash, signal: AbortSignal): Promise<Receipt | null>;
};

export type ChainCollateral = {
  readonly pusd: UsdMicros;
  /** Bridged dollars that are not wrapped: the exchanges do not take them. */
  readonly usdcE: UsdMicros;
};

export type Receipt = { readonly isSuccess: boolean; readonly isFinal: boolean };
