import { CONDITIONAL_TOKENS, EXCHANGES } from "../../core/chain/contracts.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import type { LogFilter } from "../../ports/log-source.ts";

/** Fills and matches of every exchange, preparations and resolutions of every market. */
export const LISTENER_FILTER: LogFilter = {
  addresses: [...EXCHANGES.map((exchange) => exchange.address), CONDITIONAL_TOKENS],
  topics: [
    TOPICS.orderFilledV1,
    TOPICS.ordersMatchedV1,
    TOPICS.orderFilledV2,
    TOPICS.ordersMatchedV2,
    TOPICS.conditionPreparation,
    TOPICS.conditionResolution,
  ],
};
