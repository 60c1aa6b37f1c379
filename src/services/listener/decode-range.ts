import { type AttributedLogs, attributeLogs } from "../../core/chain/attribute-logs.ts";
import { type ChainFacts, decodeFacts } from "../../core/chain/chain-facts.ts";
import { type DecodedLogs, decodeLogs } from "../../core/chain/decode-logs.ts";
import type { RawLog } from "../../core/chain/fill.ts";
import type { NegRiskMarketFacts } from "../../core/chain/neg-risk-conversion.ts";
import { negRiskFactsAt } from "../../core/chain/neg-risk-facts.ts";
import { splitLogs } from "./split-logs.ts";

/** What logs are read for: trades alone, with facts, with effects as well. */
export type ReadingDepth = "trades" | "facts" | "effects";

/** What the logs of whole blocks say; null: that was not asked for. */
export type DecodedRange = {
  readonly decoded: DecodedLogs;
  readonly facts: ChainFacts | null;
  readonly attributed: AttributedLogs | null;
};

/** @param known neg-risk markets as they were before the first of these blocks, as far as that is known */
export function decodeRange(
  logs: readonly RawLog[],
  depth: ReadingDepth,
  known: ReadonlyMap<string, NegRiskMarketFacts> = new Map(),
): DecodedRange {
  const { trades, facts: factLogs, lifecycle } = splitLogs(logs);
  const decoded = decodeLogs(trades);
  if (depth === "trades") return { decoded, facts: null, attributed: null };
  const facts = decodeFacts(factLogs);
  if (depth === "facts") return { decoded, facts, attributed: null };
  const attributed = attributeLogs(lifecycle, decoded.fills, {
    negRiskMarketAt: (place, id) => negRiskFactsAt(known, facts.negRisk, place, id),
  });
  return { decoded, facts, attributed };
}

/** Logs seem to be missing: worth asking again before it is believed. */
export const isIncomplete = ({ decoded, attributed }: DecodedRange): boolean =>
  decoded.isIncomplete || attributed?.isIncomplete === true;
