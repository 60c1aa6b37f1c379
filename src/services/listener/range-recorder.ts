import type { ChainFacts } from "../../core/chain/chain-facts.ts";
import { deriveResolutions, type ProtocolResolution } from "../../core/chain/derived-resolutions.ts";
import { type RawLog, topicOf } from "../../core/chain/fill.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BlockRangeRecord, ChainStore, QuarantinedLog } from "../../ports/chain-store.ts";
import type { ContractHalt, ContractStates, KnownFacts } from "../../ports/lifecycle.ts";
import { findHalts, withoutHalted } from "./contract-halts.ts";
import { decodeRange, type ReadingDepth } from "./decode-range.ts";
import { factsRecord } from "./facts-record.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { type ReadRange, rangeRecord, timesOf } from "./range-record.ts";

/** Makes of a range that was read what is committed: trades, effects, facts. */
export type RangeRecorder = {
  /**
   * Reads from the store what attribution needs of earlier blocks, so ranges that are there before give more certainty.
   * @param rememberFrom hashes of blocks from here up are kept, and of the last. Throws what the store throws.
   */
  record(read: ReadRange, rememberFrom: number, committedAt: EpochMs): Promise<BlockRangeRecord>;
  /** After a commit or a retraction (null): what is known of contracts may have changed. */
  changed(record: BlockRangeRecord | null): void;
};

type RecorderConfig = Pick<ListenerConfig, "liveWindowMs" | "knownDelayMs" | "collectEffects">;

export const depthOf = ({ collectEffects }: Pick<ListenerConfig, "collectEffects">): ReadingDepth =>
  collectEffects ? "effects" : "facts";

/** With facts, because they are always read. */
type FullRange = ReadRange & { readonly facts: ChainFacts };

const NOTHING_KNOWN: KnownFacts = { negRiskMarkets: new Map(), migratedEvents: new Set() };

export function createRangeRecorder(store: ChainStore, config: RecorderConfig): RangeRecorder {
  const depth = depthOf(config);
  let states: ContractStates | null = null;

  const decodeAgain = (read: ReadRange, halts: readonly ContractHalt[], known: KnownFacts): ReadRange => ({
    ...read,
    ...decodeRange(withoutHalted(read.answer.logs, halts), depth, known.negRiskMarkets),
  });

  /** Without contracts that are read no more, and with what earlier blocks say; nearly always as it was read. */
  function refined(read: ReadRange, halts: readonly ContractHalt[], known: KnownFacts): FullRange {
    const isHalted = withoutHalted(read.answer.logs, halts).length < read.answer.logs.length;
    const isAsRead = !isHalted && known.negRiskMarkets.size === 0 && read.facts !== null;
    const range = isAsRead ? read : decodeAgain(read, halts, known);
    return range as FullRange;
  }

  return {
    changed(record) {
      if (record === null || (record.facts?.upgrades.length ?? 0) + (record.facts?.halts.length ?? 0) > 0)
        states = null;
    },
    async record(read, rememberFrom, committedAt) {
      const held = states ?? (await store.contracts());
      states = held;
      const question = questionOf(read);
      const known = question === null ? NOTHING_KNOWN : await store.lifecycleFacts(question);
      const first = refined(read, held.halts, known);
      const halts = findHalts(quarantineOf(first), held, first.facts);
      const range = halts.length === 0 ? first : refined(read, [...held.halts, ...halts], known);
      // What made us stop is kept.
      const causes = quarantineOf(first).filter(({ log }) => halts.some(({ address }) => address === log.address));
      const record = rangeRecord(range, rememberFrom, committedAt, config);
      const times = timesOf(range, config);
      const resolutions = protocolResolutions(range.facts, known).map(({ isDerived: _, ...each }) => {
        const { occurredAt, knownAt } = times(each.blockNumber);
        return { ...each, resolvedAt: occurredAt, knownAt };
      });
      const effects = range.attributed?.effects.map((effect) => ({ effect, ...times(effect.blockNumber) }));
      return {
        ...record,
        resolutions: [...record.resolutions, ...resolutions],
        quarantined: [...quarantineOf(range), ...causes],
        facts: factsRecord(range.facts, record.fills, effects ?? [], halts, (block) => times(block).occurredAt),
        ...(effects === undefined ? {} : { effects }),
      };
    },
  };
}

/** Rarely anything: conversions, and neg-risk events of Protocol V2 that end. */
function questionOf({ fromBlock, answer, facts, attributed }: ReadRange) {
  const isConversion = (log: RawLog): boolean =>
    topicOf(log) === TOPICS.negRiskPositionsConverted && log.topics[2]?.length === 66;
  const conversions = attributed === null ? [] : answer.logs.filter(isConversion);
  const derivations = facts?.derivations ?? [];
  if (conversions.length + derivations.length === 0) return null;
  return {
    negRiskMarkets: [...new Set(conversions.map(({ topics }) => topics[2] ?? ""))],
    protocolEvents: [...new Set(derivations.map(({ args }) => args.eventId))],
    beforeBlock: fromBlock,
  };
}

function quarantineOf({ decoded, facts, attributed }: ReadRange): readonly QuarantinedLog[] {
  const labelled = (kind: string, list: readonly QuarantinedLog[] = []): readonly QuarantinedLog[] =>
    list.map(({ log, reason }) => ({ log, reason: `${kind} ${reason}` }));
  return [
    ...decoded.quarantined,
    ...labelled("FACT", facts?.quarantined),
    ...labelled("EFFECT", attributed?.quarantined),
  ];
}

/** Reported results, and those that follow from them. What is resolved already keeps its own: the store sees to it. */
function protocolResolutions(facts: ChainFacts, known: KnownFacts): readonly ProtocolResolution[] {
  const reported = new Set(facts.resolved.map(({ marketId }) => marketId));
  const prepared = new Map(facts.events.map(({ args }) => [args.eventId, BigInt(args.legacyEventId) !== 0n]));
  const derived = facts.derivations.flatMap((event) => {
    const { eventId } = event.args;
    const isMigrated = prepared.get(eventId) ?? known.migratedEvents.has(eventId);
    return deriveResolutions(event, (marketId) => reported.has(marketId), isMigrated);
  });
  return [...facts.resolved, ...derived];
}
