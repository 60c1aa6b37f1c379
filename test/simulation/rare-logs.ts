import { addressTopic } from "../../src/adapters/simnet/chain/event-log.ts";
import { quantity, type RpcLog } from "../../src/adapters/simnet/chain/log.ts";
import { hashText } from "../../src/adapters/simnet/random/prng.ts";
import { CONDITIONAL_TOKENS, EXCHANGES, NEG_RISK_ADAPTER } from "../../src/core/chain/contracts.ts";
import { EVENT_TOPICS, type EventName } from "../../src/core/chain/decode-event.ts";
import { PROXY_FACTORY, RELAY_HUB, UPGRADEABLE } from "../../src/core/chain/infrastructure.ts";
import { TOPICS } from "../../src/core/chain/topics.ts";

type Event = Pick<RpcLog, "address" | "topics" | "data">;

const EVERY = 4;
const PEOPLE = 40;

/**
 * What hardly ever happens, so that a world of half an hour has none of it: an undecodable log, an upgrade, an operator,
 * a neg-risk market, an owner who shows. Put at the end of some blocks, decided by the block's hash, so that a block
 * that takes another's place has others.
 */
export function withRareLogs(logs: readonly RpcLog[]): readonly RpcLog[] {
  const last = logs.at(-1);
  if (last === undefined) return logs;
  const chance = hashText(last.blockHash) >>> 0;
  const events = chance % EVERY === 0 ? eventsOf(Math.floor(chance / EVERY), last.blockHash) : [];
  return [...logs, ...events.map((event, index) => placed(event, last, index + 1))];
}

const placed = (event: Event, last: RpcLog, place: number): RpcLog => ({
  ...last,
  ...event,
  transactionHash: `0x${last.blockHash.slice(4)}ff`,
  transactionIndex: quantity(Number(last.transactionIndex) + 1),
  logIndex: quantity(Number(last.logIndex) + place),
});

function eventsOf(chance: number, hash: string): readonly Event[] {
  const someone = `0x${(0xabc0000 + (chance % PEOPLE)).toString(16).padStart(40, "0")}`;
  switch (chance % 5) {
    case 0:
      // Of the right shape until it comes to the payouts.
      return [
        logOf(CONDITIONAL_TOKENS, [TOPICS.conditionResolution, hash, addressTopic(someone), hash], 2, 64, 2, 0, 0),
      ];
    case 1:
      return [logOf(UPGRADEABLE[0]?.address ?? "", [topicOf("upgraded"), addressTopic(someone)])];
    case 2:
      return [logOf(EXCHANGES[0]?.address ?? "", [TOPICS.newOperator, addressTopic(someone), addressTopic(someone)])];
    case 3:
      return [
        logOf(NEG_RISK_ADAPTER, [topicOf("negRiskMarketPrepared"), hash, addressTopic(someone)], 0, 64, 0),
        logOf(NEG_RISK_ADAPTER, [topicOf("negRiskQuestionPrepared"), hash, hash], 0, 64, 0),
      ];
    default: {
      const topics = [someone, someone, PROXY_FACTORY].map(addressTopic);
      return [logOf(RELAY_HUB, [TOPICS.transactionRelayed, ...topics], 0, 0, 0)];
    }
  }
}

const logOf = (address: string, topics: readonly string[], ...words: readonly number[]): Event => ({
  address,
  topics,
  data: `0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`,
});

function topicOf(wanted: EventName): string {
  const found = [...EVENT_TOPICS].find(([, name]) => name === wanted);
  if (found === undefined) throw new Error(`no topic of ${wanted}`);
  return found[0];
}
