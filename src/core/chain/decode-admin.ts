import type { Address } from "../ids/ids.ts";
import { exchangeVersion } from "./contracts.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { addressOfTopic, malformed, requireShape } from "./hex-words.ts";
import { TOPICS } from "./topics.ts";

/** Changes of who may operate an exchange. Operators are never traders, so their list is collected from these. */
export type AdminEvent = LogPosition & {
  readonly kind: "newAdmin" | "newOperator" | "removedAdmin" | "removedOperator";
  readonly exchange: Address;
  readonly subject: Address;
  readonly admin: Address;
};

const KINDS: ReadonlyMap<string, AdminEvent["kind"]> = new Map([
  [TOPICS.newAdmin, "newAdmin"],
  [TOPICS.newOperator, "newOperator"],
  [TOPICS.removedAdmin, "removedAdmin"],
  [TOPICS.removedOperator, "removedOperator"],
]);

/** @throws PayloadError */
export function decodeAdmin(log: RawLog): AdminEvent {
  const kind = KINDS.get(log.topics[0] ?? "");
  if (kind === undefined || exchangeVersion(log.address) === null) throw malformed("not an admin log of an exchange");
  requireShape(log, 3, 0);
  return {
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
    kind,
    exchange: log.address,
    subject: addressOfTopic(log.topics[1] as string),
    admin: addressOfTopic(log.topics[2] as string),
  };
}
