/** Builders of lifecycle effects and facts, beside those of fills in chain-facts. */
import { familyOf } from "../../src/core/chain/decode-owner.ts";
import type { HoldingChange, LifecycleEffect } from "../../src/core/chain/lifecycle-effect.ts";
import { type Address, parseAddress } from "../../src/core/ids/ids.ts";
import type { OutcomeIndex } from "../../src/core/market/market.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { FactsRecord, StoredEffect } from "../../src/ports/lifecycle.ts";
import { blockTime, marketNo, tokenNo } from "./chain-facts.ts";

export type Place = { readonly block: number; readonly log?: number; readonly ordinal?: number };

/** So many micros of an outcome of market n. */
export const changeOf = (market: number, outcome: OutcomeIndex, amount: bigint): HoldingChange => ({
  tokenId: tokenNo(2 * market + outcome),
  marketId: marketNo(market),
  outcome,
  amount: shares(amount),
});

const placeOf = ({ block, log = 0, ordinal = 0 }: Place) => ({
  ...{ blockNumber: block, logIndex: log, ordinal },
  assetClass: "market" as const,
});

export function stored(effect: LifecycleEffect): StoredEffect {
  const occurredAt = blockTime(effect.blockNumber);
  return { effect, occurredAt, knownAt: epochMs(occurredAt + 1_234) };
}

const both = (market: number, amount: bigint): readonly HoldingChange[] => [
  changeOf(market, 0, amount),
  changeOf(market, 1, amount),
];

export const aSplit = (at: Place, wallet: Address, market: number, amount: bigint): StoredEffect =>
  stored({ ...placeOf(at), kind: "split", wallet, given: [], received: both(market, amount), cash: usd(-amount) });

export const aMerge = (at: Place, wallet: Address, market: number, amount: bigint): StoredEffect =>
  stored({ ...placeOf(at), kind: "merge", wallet, given: both(market, amount), received: [], cash: usd(amount) });

export const aRedemption = (
  at: Place,
  wallet: Address,
  given: readonly HoldingChange[],
  payout: bigint,
): StoredEffect => stored({ ...placeOf(at), kind: "redeem", wallet, given, received: [], cash: usd(payout) });

export const aConversion = (
  at: Place,
  wallet: Address,
  given: readonly HoldingChange[],
  received: readonly HoldingChange[],
  cash: bigint,
): StoredEffect => stored({ ...placeOf(at), kind: "convert", wallet, given, received, cash: usd(cash) });

export const aMigration = (at: Place, wallet: Address, given: HoldingChange, received: HoldingChange): StoredEffect =>
  stored({ ...placeOf(at), kind: "migrate", wallet, given: [given], received: [received], cash: usd(0n) });

export const aTransfer = (at: Place, from: Address, to: Address, change: HoldingChange): StoredEffect =>
  stored({ ...placeOf(at), kind: "transfer", from, to, change });

/** Facts with nothing in them but what a test names. */
export const someFacts = (overrides: Partial<FactsRecord> = {}): FactsRecord => ({
  ...{ protocolMarkets: [], protocolEvents: [], combos: [], negRiskMarkets: [], negRiskQuestions: [] },
  ...{ owners: [], labels: [], upgrades: [], halts: [] },
  ...overrides,
});

/** An owner key, and two of the wallets that are its own. */
export function ownerNo(n: number): { readonly owner: Address; readonly safe: Address; readonly deposit: Address } {
  const owner = parseAddress(`0x${(0xe0_0000 + n).toString(16).padStart(40, "0")}`);
  const { safe, deposit } = familyOf(owner);
  return { owner, safe, deposit };
}
