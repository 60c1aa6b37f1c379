import { PayloadError } from "../errors.ts";
import type { Address } from "../ids/ids.ts";
import { type AdminEvent, decodeAdmin } from "./decode-admin.ts";
import { type DecodedEvent, decodeEvent } from "./decode-event.ts";
import { decodeOwner, isOwnerTopic, type OwnerSeen } from "./decode-owner.ts";
import { type DerivedFrom, type ProtocolResolution, protocolResolution } from "./derived-resolutions.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import type { InfrastructureKind } from "./infrastructure.ts";
import { TOPICS } from "./topics.ts";

/** An address that is no trader, as a log says. */
export type LabelSeen = LogPosition & {
  readonly address: Address;
  readonly kind: InfrastructureKind;
  readonly label: string;
};

/** What is known of markets, wallets and contracts besides their trades, in chain order. */
export type ChainFacts = {
  /** Results of Protocol V2 that were reported, and what others follow from. */
  readonly resolved: readonly ProtocolResolution[];
  readonly derivations: readonly DerivedFrom[];
  readonly events: readonly DecodedEvent<"eventPrepared">[];
  readonly combos: readonly DecodedEvent<"comboPrepared">[];
  readonly negRisk: readonly DecodedEvent<"negRiskMarketPrepared" | "negRiskQuestionPrepared">[];
  readonly owners: readonly OwnerSeen[];
  readonly labels: readonly LabelSeen[];
  readonly upgrades: readonly DecodedEvent<"upgraded">[];
  readonly quarantined: readonly { readonly log: RawLog; readonly reason: string }[];
};

type Collected = { -readonly [Kind in keyof ChainFacts]: ChainFacts[Kind][number][] };

/** @param logs of the class "fact", in chain order. Never throws for what a log holds. */
export function decodeFacts(logs: readonly RawLog[]): ChainFacts {
  const facts: Collected = {
    ...{ resolved: [], derivations: [], events: [], combos: [], negRisk: [] },
    ...{ owners: [], labels: [], upgrades: [], quarantined: [] },
  };
  for (const log of logs) {
    try {
      collect(log, facts);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      facts.quarantined.push({ log, reason: `MALFORMED: ${error.message}` });
    }
  }
  return facts;
}

function collect(log: RawLog, facts: Collected): void {
  const topic = log.topics[0];
  if (isOwnerTopic(topic)) {
    const owner = decodeOwner(log);
    if (owner !== null) facts.owners.push(owner);
    return;
  }
  if (ADMIN_TOPICS.has(topic ?? "")) {
    facts.labels.push(labelOf(decodeAdmin(log)));
    return;
  }
  const event = decodeEvent(log);
  switch (event?.name) {
    case "conditionResolved":
      facts.resolved.push(protocolResolution(event));
      break;
    case "remainingDerivableAsNo":
    case "syntheticDerivableAsYes":
      facts.derivations.push(event);
      break;
    case "eventPrepared":
      facts.events.push(event);
      break;
    case "comboPrepared":
      facts.combos.push(event);
      break;
    case "negRiskMarketPrepared":
    case "negRiskQuestionPrepared":
      facts.negRisk.push(event);
      break;
    case "moduleAdded": {
      const { args, blockNumber, logIndex } = event;
      const label = `module ${args.moduleId}`;
      facts.labels.push({ blockNumber, logIndex, address: args.module, kind: "module", label });
      break;
    }
    case "upgraded":
      facts.upgrades.push(event);
      break;
    default:
  }
}

const ADMIN_TOPICS: ReadonlySet<string> = new Set([
  TOPICS.newAdmin,
  TOPICS.newOperator,
  TOPICS.removedAdmin,
  TOPICS.removedOperator,
]);

/** Whoever was removed has been one until then. */
function labelOf({ blockNumber, logIndex, kind, subject }: AdminEvent): LabelSeen {
  const isOperator = kind === "newOperator" || kind === "removedOperator";
  return {
    blockNumber,
    logIndex,
    address: subject,
    kind: isOperator ? "operator" : "admin",
    label: isOperator ? "operator of an exchange" : "admin of an exchange",
  };
}
