import { EVENT_TOPICS } from "./decode-event.ts";
import { isTransferTopic } from "./decode-transfer.ts";
import type { RawLog } from "./fill.ts";
import { INFRASTRUCTURE_TABLE, type InfrastructureKind } from "./infrastructure.ts";
import { TOPICS } from "./topics.ts";

/** As topics, so that a log is judged without decoding it. */
const topicsOf = (...kinds: readonly InfrastructureKind[]): ReadonlySet<string> =>
  new Set(
    INFRASTRUCTURE_TABLE.filter(({ kind }) => kinds.includes(kind)).map(
      ({ address }) => `0x${address.slice(2).padStart(64, "0")}`,
    ),
  );

/** These move other people's tokens in matches and nowhere else. */
const VENUES = topicsOf("exchange", "feeModule");
/** These move tokens in matches, and for users who call them. */
const HELPERS = topicsOf("negRiskAdapter", "collateralAdapter", "module");
const HOLDERS = topicsOf("exchange", "feeModule", "negRiskAdapter", "collateralAdapter", "module", "burn");

const CALLERS: ReadonlySet<string> = new Set([...VENUES, ...HELPERS]);

const SUPPLY_TOPICS: ReadonlySet<string> = new Set([
  TOPICS.negRiskPositionSplit,
  TOPICS.negRiskPositionsMerge,
  ...[...EVENT_TOPICS]
    .filter(([, name]) => ["ctfSplit", "ctfMerge", "positionsSplit", "positionsMerged"].includes(name))
    .map(([topic]) => topic),
]);

/**
 * Whether a log beside the fills of a transaction can be nothing but a part of its matches: tokens moved by an exchange,
 * and splits and merges that an exchange asked for. Where all are, no wallet did anything that its fills do not tell,
 * and nothing of the transaction needs to be decoded: that is nearly every log of the chain.
 */
export function isPartOfMatch({ topics }: Pick<RawLog, "topics">): boolean {
  const [topic, caller] = topics;
  if (topic === undefined || caller === undefined) return false;
  if (isTransferTopic(topic)) {
    if (VENUES.has(caller)) return true;
    const [, , from, to] = topics;
    if (from === undefined || to === undefined || !HELPERS.has(caller)) return false;
    // The NegRiskAdapter stands in for Conditional Tokens in V1: then one side is the exchange.
    return HOLDERS.has(from) ? HOLDERS.has(to) || VENUES.has(from) : VENUES.has(to);
  }
  return SUPPLY_TOPICS.has(topic) && CALLERS.has(caller);
}
