import { CONDITIONAL_TOKENS, EXCHANGES, NEG_RISK_ADAPTER } from "../../core/chain/contracts.ts";
import {
  INFRASTRUCTURE_TABLE,
  POSITION_MANAGER,
  RELAY_HUB,
  SAFE_FACTORY,
  UPGRADEABLE,
} from "../../core/chain/infrastructure.ts";
import { topicsOfClass } from "../../core/chain/topic-classes.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { LogFilter } from "../../ports/log-source.ts";
import type { ReadingDepth } from "./decode-range.ts";

const exchanges = EXCHANGES.map(({ address }) => address);
const feeModules = INFRASTRUCTURE_TABLE.filter(({ kind }) => kind === "feeModule").map(({ address }) => address);
const upgradeable = UPGRADEABLE.map(({ address }) => address);

const distinct = (...addresses: readonly Address[]): readonly Address[] => [...new Set(addresses)];

/** Fills, matches and refunds of every exchange, preparations and resolutions of every market of Conditional Tokens. */
export const TRADE_FILTER: LogFilter = {
  addresses: distinct(...exchanges, CONDITIONAL_TOKENS, ...feeModules),
  topics: topicsOfClass("trade"),
};

/** Also what is known of markets of Protocol V2, of operators and of the contracts themselves: a few logs a day. */
const FACT_FILTER: LogFilter = {
  addresses: distinct(...TRADE_FILTER.addresses, ...upgradeable),
  topics: topicsOfClass("trade", "fact"),
};

/**
 * Also everything that changes holdings without a fill, and owners of wallets. One filter, because only whole
 * transactions say whose a split or a redemption was; most of the logs are transfers inside of matches.
 */
const FULL_FILTER: LogFilter = {
  addresses: distinct(...FACT_FILTER.addresses, POSITION_MANAGER, NEG_RISK_ADAPTER, SAFE_FACTORY, RELAY_HUB),
  topics: topicsOfClass("trade", "fact", "lifecycle"),
};

const FILTERS: Readonly<Record<ReadingDepth, LogFilter>> = {
  trades: TRADE_FILTER,
  facts: FACT_FILTER,
  effects: FULL_FILTER,
};

export const filterOf = (depth: ReadingDepth): LogFilter => FILTERS[depth];
