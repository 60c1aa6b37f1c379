import * as Hash from "ox/Hash";
import * as Secp256k1 from "ox/Secp256k1";
import * as Envelope from "ox/TxEnvelopeEip1559";
import type { Chain } from "../chain/chain.ts";
import { quantity } from "../chain/log.ts";
import type { TransactionFaults } from "../faults/settlement-faults.ts";
import type { Account } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import type { WalletCall, WalletCalls } from "../venue/wallet-calls.ts";
import { RpcError } from "./rpc-error.ts";
import type { RpcMethod } from "./rpc-methods.ts";

export type RpcTransactionsDeps = {
  readonly chain: Chain;
  readonly venue: Venue;
  readonly calls: WalletCalls;
  readonly faults: TransactionFaults;
};

type Sent = { readonly from: string; readonly revertedIn: number | null };

const POLYGON = 137;

/** Transactions that customers' owners signed: checked as a node does, done, and mined with the next block. */
export function createRpcTransactions(deps: RpcTransactionsDeps): ReadonlyMap<string, RpcMethod> {
  const { chain, venue, calls, faults } = deps;
  const sent = new Map<string, Sent>();
  const nonces = new Map<string, bigint>();
  const nonceOf = (address: unknown): bigint => nonces.get(String(address).toLowerCase()) ?? 0n;

  function send(raw: unknown): string {
    const { envelope, from } = readTransaction(raw);
    const hash = Hash.keccak256(raw as `0x${string}`);
    if (sent.has(hash)) throw new RpcError(-32000, "already known");
    const { nonce = 0n, to, data = "0x", chainId } = envelope;
    if (chainId !== POLYGON) throw new RpcError(-32000, "invalid chain id for signer");
    if (nonce < nonceOf(from)) throw new RpcError(-32000, "nonce too low");
    const account = ownAccount(venue, from);
    if (account === undefined || (account.ownerPol ?? 1) <= 0)
      throw new RpcError(-32000, "insufficient funds for gas * price + value");
    const fault = faults.next();
    if (fault === "dropped" || nonce > nonceOf(from)) return hash;
    const call: WalletCall = { to: to ?? "", data };
    const reverted = fault === "reverted" || calls.refusal(account, call) !== null;
    sent.set(hash, { from, revertedIn: reverted ? chain.head() : null });
    nonces.set(from, nonce + 1n);
    if (!reverted) calls.perform(account, call, hash);
    if (fault === "answer lost") throw new RpcError(-32603, "internal error: upstream timed out");
    return hash;
  }

  function receipt(hash: unknown) {
    const known = sent.get(String(hash).toLowerCase());
    const number = known?.revertedIn ?? calls.blockOf(String(hash).toLowerCase());
    if (known === undefined || number === null) return null;
    return {
      ...{ transactionHash: hash, from: known.from, status: known.revertedIn === null ? "0x1" : "0x0" },
      ...{ blockNumber: quantity(number), blockHash: chain.header(number).hash, logs: [] },
    };
  }

  return new Map<string, RpcMethod>([
    ["eth_getTransactionCount", ([address]) => `0x${nonceOf(address).toString(16)}`],
    ["eth_sendRawTransaction", ([raw]) => send(raw)],
    ["eth_getTransactionReceipt", ([hash]) => receipt(hash)],
  ]);
}

const ownAccount = (venue: Venue, from: string): Account | undefined =>
  venue.accounts.find(({ wallet, signatureType }) => signatureType === 0 && wallet.toLowerCase() === from);

function readTransaction(raw: unknown) {
  try {
    const { r, s, yParity, ...envelope } = Envelope.deserialize(raw as Envelope.Serialized);
    if (r === undefined || s === undefined || yParity === undefined) throw new Error("unsigned");
    const payload = Envelope.getSignPayload(envelope);
    const from = Secp256k1.recoverAddress({ payload, signature: { r, s, yParity } }).toLowerCase();
    return { envelope, from };
  } catch {
    throw new RpcError(-32000, "typed transaction too short");
  }
}
