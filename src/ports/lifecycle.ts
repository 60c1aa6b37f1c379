import type { LabelSeen } from "../core/chain/chain-facts.ts";
import type { OwnerSource } from "../core/chain/decode-owner.ts";
import type { LogPosition } from "../core/chain/fill.ts";
import type { LifecycleEffect } from "../core/chain/lifecycle-effect.ts";
import type { NegRiskMarketFacts } from "../core/chain/neg-risk-conversion.ts";
import type { Address, MarketId } from "../core/ids/ids.ts";
import type { MarketTokens } from "../core/market/market.ts";
import type { EpochMs } from "../core/time/time.ts";

/** An effect with its two times: when it happened on chain, when we could first use it. */
export type StoredEffect = {
  readonly effect: LifecycleEffect;
  readonly occurredAt: EpochMs;
  readonly knownAt: EpochMs;
};

/** The implementation of an upgradeable contract was replaced; its logs may look different from here on. */
export type ContractUpgrade = LogPosition & {
  readonly address: Address;
  readonly implementation: Address;
  readonly upgradedAt: EpochMs;
};

/** A contract that was upgraded and whose logs no longer decode: it is not read from this block on. */
export type ContractHalt = { readonly address: Address; readonly fromBlock: number; readonly reason: string };

/** What the blocks of a range say besides trades and effects. Everything has its block, so that a reorg takes it back. */
export type FactsRecord = {
  /** Markets of Protocol V2 that follow from tokens of the range: they stay known, whatever is taken back. */
  readonly protocolMarkets: readonly MarketTokens[];
  readonly protocolEvents: readonly {
    readonly eventId: string;
    /** Prepared from an event of Conditional Tokens. */
    readonly isMigrated: boolean;
    readonly blockNumber: number;
  }[];
  /** Legs are positions, as decimal text. */
  readonly combos: readonly {
    readonly marketId: MarketId;
    readonly legs: readonly string[];
    readonly blockNumber: number;
  }[];
  readonly negRiskMarkets: readonly {
    readonly negRiskMarketId: string;
    readonly feeBips: bigint;
    readonly blockNumber: number;
  }[];
  readonly negRiskQuestions: readonly (LogPosition & { readonly negRiskMarketId: string })[];
  /** Owner keys; whose addresses are theirs follows by arithmetic, so they stay known. */
  readonly owners: readonly { readonly owner: Address; readonly source: OwnerSource; readonly blockNumber: number }[];
  readonly labels: readonly LabelSeen[];
  readonly upgrades: readonly ContractUpgrade[];
  readonly halts: readonly ContractHalt[];
};

export type FactsQuestion = {
  readonly negRiskMarkets: readonly string[];
  readonly protocolEvents: readonly string[];
  /** As of the block before this one. */
  readonly beforeBlock: number;
};

export type KnownFacts = {
  /** Only those whose every block since they were prepared is held. */
  readonly negRiskMarkets: ReadonlyMap<string, NegRiskMarketFacts>;
  readonly migratedEvents: ReadonlySet<string>;
};

export type ContractStates = {
  readonly upgrades: readonly ContractUpgrade[];
  readonly halts: readonly ContractHalt[];
};
