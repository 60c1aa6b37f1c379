import type { LogPosition } from "../chain/fill.ts";
import type { LifecycleEffect } from "../chain/lifecycle-effect.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { EpochMs } from "../time/time.ts";

/** Names a unit in a map. */
export type UnitKey = string;

export type UnitName = { readonly walletKey: number; readonly marketKey: number };

export const unitKey = ({ walletKey, marketKey }: UnitName): UnitKey => `${walletKey}:${marketKey}`;

/** A finalized fill of a token whose market is known; the fee is the effective one. */
export type LedgerFill = LogPosition &
  UnitName & {
    readonly outcome: OutcomeIndex;
    readonly at: EpochMs;
    readonly isSell: boolean;
    readonly size: bigint;
    readonly cash: bigint;
    readonly fee: bigint;
    readonly isFeeInShares: boolean;
  };

/** One wallet's change in one token. */
export type LedgerLeg = UnitName & {
  readonly outcome: OutcomeIndex;
  /** Received; negative: given. */
  readonly amount: bigint;
  /** This leg's part of the collateral, to the wallet; negative: from it. */
  readonly cash: bigint;
};

/** What happened to holdings without a fill; the legs of an effect may belong to several units. */
export type LedgerEffect = LogPosition & {
  readonly kind: LifecycleEffect["kind"];
  readonly at: EpochMs;
  /** Those of tokens whose market is known. */
  readonly legs: readonly LedgerLeg[];
  /** A transfer between two wallets of one owner. */
  readonly isOwn: boolean;
};

export type LedgerEntry = LedgerFill | LedgerEffect;

export const isEffect = (entry: LedgerEntry): entry is LedgerEffect => "legs" in entry;

/** The units of an entry, each once. */
export function unitsOf(entry: LedgerEntry): readonly UnitName[] {
  if (!isEffect(entry)) return [entry];
  const [first, ...more] = entry.legs;
  if (first === undefined) return [];
  if (more.every((leg) => unitKey(leg) === unitKey(first))) return [first];
  return [...new Map(entry.legs.map((leg) => [unitKey(leg), leg])).values()];
}

/** Not a split, nor a merge, which is a sale; a redemption pays its claim only after the resolution. */
const COST_MOVING: ReadonlySet<LedgerEffect["kind"]> = new Set(["redeem", "convert", "migrate", "transfer"]);

/**
 * Whether shares leave this unit at their cost where its resolution stands behind the entry, so that it matters what they
 * cost just then.
 */
export const movesCostOf = (entry: LedgerEntry, unit: UnitName): boolean =>
  isEffect(entry) &&
  COST_MOVING.has(entry.kind) &&
  entry.legs.some((leg) => leg.amount < 0n && unitKey(leg) === unitKey(unit));
