import { type AttributedLogs, attributeLogs } from "../../core/chain/attribute-logs.ts";
import { type ChainFacts, decodeFacts } from "../../core/chain/chain-facts.ts";
import { decodeLogs } from "../../core/chain/decode-logs.ts";
import { deriveResolutions, type ProtocolResolution } from "../../core/chain/derived-resolutions.ts";
import type { LogPosition } from "../../core/chain/fill.ts";
import { negRiskFactsAt } from "../../core/chain/neg-risk-facts.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import type { EpochMs } from "../../core/time/time.ts";
import type { BlockRangeRecord, ChainStore, QuarantinedLog } from "../../ports/chain-store.ts";
import type { ContractHalt, ContractStates, KnownFacts } from "../../ports/lifecycle.ts";
import { findHalts, withoutHalted } from "./contract-halts.ts";
import { factsRecord } from "./facts-record.ts";
import type { ListenerConfig } from "./listener-config.ts";
import { type ReadRange, rangeRecord, timesOf } from "./range-record.ts";
import { type SplitLogs, splitLogs } from "./split-logs.ts";

/** Makes of a range that was read what is committed: trades, effects, facts. */
export type RangeRecorder = {
  /**
   * Reads from the store what attribution needs of earlier blocks, so ranges that are there before give more certainty.
   * @param rememberFrom hashes of blocks from here up are kept, and of the last. Throws what the store throws.
   */
  record(read: ReadRange, rememberFrom: number, committedAt: EpochMs): Promise<BlockRangeRecord>;
  /** After a commit or a retraction: what is known of contracts may have changed. */
  changed(record: BlockRangeRecord | null): void;
};

export type RangeRecorderConfig = Pick<ListenerConfig, "liveWindowMs" | "knownDelayMs" | "collectEffects">;

type Decoded = {
  readonly read: ReadRange;
  readonly facts: ChainFacts;
  readonly known: KnownFacts;
  readonly attributed: AttributedLogs | null;
  readonly quarantined: readonly QuarantinedLog[];
};

const NOTHING_KNOWN: KnownFacts = { negRiskMarkets: new Map(), migratedEvents: new Set() };

export function createRangeRecorder(store: ChainStore, config: RangeRecorderConfig): RangeRecorder {
  let states: ContractStates | null = null;

  /** Rarely more than nothing: conversions, and neg-risk events of Protocol V2 that end. */
  function knownFacts({ fromBlock }: ReadRange, { lifecycle }: SplitLogs, facts: ChainFacts): Promise<KnownFacts> {
    const conversions = lifecycle.filter(({ topics }) => topics[0] === TOPICS.negRiskPositionsConverted);
    const question = {
      negRiskMarkets: [...new Set(conversions.map(({ topics }) => topics[2] ?? ""))].filter((id) => id.length === 66),
      protocolEvents: [...new Set(facts.derivations.map(({ args }) => args.eventId))],
      beforeBlock: fromBlock,
    };
    const isEmpty = question.negRiskMarkets.length + question.protocolEvents.length === 0;
    return isEmpty ? Promise.resolve(NOTHING_KNOWN) : store.lifecycleFacts(question);
  }

  async function decode(read: ReadRange, halts: readonly ContractHalt[]): Promise<Decoded> {
    const kept = withoutHalted(read.answer.logs, halts);
    const split = splitLogs(kept);
    const own = kept === read.answer.logs ? read : { ...read, decoded: decodeLogs(split.trades) };
    const facts = decodeFacts(split.facts);
    const known = await knownFacts(own, split, facts);
    const negRiskMarketAt = (place: LogPosition, id: string) =>
      negRiskFactsAt(known.negRiskMarkets, facts.negRisk, place, id);
    const attributed = config.collectEffects
      ? attributeLogs(split.lifecycle, own.decoded.fills, { negRiskMarketAt })
      : null;
    const labelled = (kind: string, list: readonly QuarantinedLog[]): readonly QuarantinedLog[] =>
      list.map(({ log, reason }) => ({ log, reason: `${kind} ${reason}` }));
    const quarantined = [
      ...own.decoded.quarantined,
      ...labelled("FACT", facts.quarantined),
      ...labelled("EFFECT", attributed?.quarantined ?? []),
    ];
    return { read: own, facts, known, attributed, quarantined };
  }

  return {
    changed(record) {
      if (record === null || (record.facts?.upgrades.length ?? 0) + (record.facts?.halts.length ?? 0) > 0)
        states = null;
    },
    async record(read, rememberFrom, committedAt) {
      states ??= await store.contracts();
      const first = await decode(read, states.halts);
      const halts = findHalts(first.quarantined, states, first.facts);
      const done = halts.length === 0 ? first : await decode(read, [...states.halts, ...halts]);
      const why = first.quarantined.filter(({ log }) => halts.some(({ address }) => address === log.address));
      const record = rangeRecord(done.read, rememberFrom, committedAt, config);
      const times = timesOf(done.read, config);
      const resolutions = protocolResolutions(done).map(({ isDerived: _, ...each }) => {
        const { occurredAt, knownAt } = times(each.blockNumber);
        return { ...each, resolvedAt: occurredAt, knownAt };
      });
      const effects = done.attributed?.effects.map((effect) => ({ effect, ...times(effect.blockNumber) }));
      return {
        ...record,
        resolutions: [...record.resolutions, ...resolutions],
        quarantined: halts.length === 0 ? done.quarantined : [...done.quarantined, ...why],
        facts: factsRecord(done.facts, record.fills, effects ?? [], halts, (block) => times(block).occurredAt),
        ...(effects === undefined ? {} : { effects }),
      };
    },
  };
}

/** Reported results, and those that follow from them. What is resolved already keeps its own: the store sees to it. */
function protocolResolutions({ facts, known }: Decoded): readonly ProtocolResolution[] {
  const reported = new Set(facts.resolved.map(({ marketId }) => marketId));
  const prepared = new Map(facts.events.map(({ args }) => [args.eventId, isMigrated(args.legacyEventId)]));
  const derived = facts.derivations.flatMap((event) => {
    const { eventId } = event.args;
    const wasMigrated = prepared.get(eventId) ?? known.migratedEvents.has(eventId);
    return deriveResolutions(event, (marketId) => reported.has(marketId), wasMigrated);
  });
  return [...facts.resolved, ...derived];
}

const isMigrated = (legacyEventId: string): boolean => BigInt(legacyEventId) !== 0n;
