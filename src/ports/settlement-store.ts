import type { Owed } from "../core/chain/claim.ts";
import type { Redemption } from "../core/chain/redemption.ts";
import type { MarketId, TxHash } from "../core/ids/ids.ts";
import type { ShareMicros, UsdMicros } from "../core/money/amounts.ts";
import type { EpochMs } from "../core/time/time.ts";

export type ClaimCandidate = { readonly marketId: MarketId; readonly negRisk: boolean };

/** What a resolved market owes a wallet that has not redeemed. Not cash until it has. */
export type Claim = ClaimCandidate & Owed & { readonly held: readonly [ShareMicros, ShareMicros] };

/** REPLACED: it can no longer happen, or another with the same nonce has taken its place. */
export type RedemptionOutcome = "REDEEMED" | "FAILED" | "REPLACED";

/** One try to redeem one market, from its signature to its end. */
export type RedemptionRecord = {
  readonly marketId: MarketId;
  /** From 1. */
  readonly attempt: number;
  readonly request: Redemption;
  /** The signed transaction, or the signature for the relayer. */
  readonly signature: `0x${string}`;
  /** Of a transaction of our own: known before it is sent. */
  readonly txHash: TxHash | null;
  readonly payoutUsd: UsdMicros;
  readonly signedAt: EpochMs;
  /** null: surely never sent. */
  readonly lastSentAt: EpochMs | null;
  readonly relayId: string | null;
  readonly outcome: RedemptionOutcome | null;
  readonly reason: string | null;
  readonly finishedAt: EpochMs | null;
};

type Id = Pick<RedemptionRecord, "marketId" | "attempt">;

/** Written before anything is sent. All methods throw TransientError where the database cannot be reached. */
export type SettlementStore = {
  /**
   * Markets in which we have ordered, resolved since then, and not redeemed since their resolution; those of Protocol V2
   * also if they were redeemed after `redeemedSince`, because that was one outcome only.
   */
  candidates(resolvedSince: EpochMs, redeemedSince: EpochMs): Promise<readonly ClaimCandidate[]>;
  /** Those without an outcome, oldest first. */
  open(): Promise<readonly RedemptionRecord[]>;
  /** The newest try of a market, and how many in a row up to it were not REDEEMED. */
  last(marketId: MarketId): Promise<{ readonly record: RedemptionRecord; readonly failures: number } | null>;
  /** The first one with an id stays: @returns what is stored under it now. */
  add(record: RedemptionRecord): Promise<RedemptionRecord>;
  markSent(id: Id, at: EpochMs): Promise<void>;
  markRelayed(id: Id, relayId: string): Promise<void>;
  /** The first outcome stays. */
  finish(id: Id, outcome: RedemptionOutcome, reason: string | null, at: EpochMs): Promise<void>;
  /** Replaces what is owed to us, with what stands in the way. */
  saveClaims(
    claims: readonly (Omit<Claim, "next"> & { readonly obstacle: string | null })[],
    at: EpochMs,
  ): Promise<void>;
};
