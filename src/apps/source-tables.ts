import type { CoverageSummary, HintLead, MeasuredEndpoint } from "../adapters/postgres/endpoint-store.ts";
import { infrastructureOf } from "../core/chain/infrastructure.ts";
import type { Address } from "../core/ids/ids.ts";
import type { EpochMs } from "../core/time/time.ts";
import type { ContractStates } from "../ports/lifecycle.ts";
import { renderFitting, showCount, showPercent } from "./table.ts";

const right = (title: string) => ({ title, align: "right" }) as const;
const optional = (title: string) => ({ title, align: "right", optional: true }) as const;

/** What every number of `orderflow status` rests on. */
export function coverageLine(summary: CoverageSummary): string {
  const { fromBlock, toBlock, blocks, holes, missingBlocks, unbrokenFromBlock } = summary;
  if (fromBlock === null || toBlock === null) return "Coverage: no block has been read.";
  const span = `Coverage: ${showCount(blocks)} blocks between ${showCount(fromBlock)} and ${showCount(toBlock)}`;
  if (holes === 0n) return `${span}, none missing.`;
  const many = holes === 1n ? "one hole" : `${showCount(holes)} holes`;
  return `${span}, ${showCount(missingBlocks)} missing in ${many}; unbroken from ${showCount(unbrokenFromBlock ?? 0)}. See \`orderflow verify\`.`;
}

/** Endpoints as the listener last measured them, and how early faster sources were; nothing where there are none. */
export const sourceTables = (
  endpoints: readonly MeasuredEndpoint[],
  leads: readonly HintLead[],
  width: number,
): readonly string[] => [
  ...(endpoints.length > 0 ? [endpointTable(endpoints, width)] : []),
  ...(leads.length > 0 ? [leadTable(leads, width)] : []),
];

/** Contracts whose events may have changed, and those that are therefore read no more: what is missing of them. */
export const contractLines = ({ upgrades, halts }: ContractStates): readonly string[] => [
  ...upgrades.map(
    ({ address, blockNumber, upgradedAt, implementation }) =>
      `Upgraded: ${nameOf(address)} at block ${showCount(blockNumber)}, ${showTime(upgradedAt)} UTC, implementation ${implementation}.`,
  ),
  ...halts.map(
    ({ address, fromBlock, reason }) =>
      `NOT READ since block ${showCount(fromBlock)}: ${nameOf(address)}, because its logs no longer decode (${reason}). A newer version of this program is needed.`,
  ),
];

const nameOf = (address: Address): string => infrastructureOf(address)?.label ?? address;
const showTime = (at: EpochMs): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

const endpointTable = (endpoints: readonly MeasuredEndpoint[], width: number): string =>
  renderFitting(
    [
      { title: "endpoint", shrinks: true },
      ...["ms", "errors", "blocks behind"].map(right),
      ...["requests", "limits", "measured, UTC"].map(optional),
    ],
    endpoints.map((endpoint) => [
      endpoint.isResting ? `${endpoint.name} (resting)` : endpoint.name,
      endpoint.latencyMs === null ? "–" : String(endpoint.latencyMs),
      showPercent(endpoint.errorRate),
      endpoint.lagBlocks === null ? "–" : showCount(endpoint.lagBlocks),
      showCount(endpoint.requests),
      limitsText(endpoint),
      showTime(endpoint.measuredAt),
    ]),
    width,
  );

function limitsText({ callsPerSecond, blocksMax, resultsMax }: MeasuredEndpoint): string {
  const limits = [
    ...(callsPerSecond === null ? [] : [`${callsPerSecond.toFixed(1)} calls/s`]),
    ...(blocksMax === null ? [] : [`${showCount(blocksMax)} blocks`]),
    ...(resultsMax === null ? [] : [`${showCount(resultsMax)} logs`]),
  ];
  return limits.length === 0 ? "none met" : limits.join(", ");
}

const leadTable = (leads: readonly HintLead[], width: number): string =>
  renderFitting(
    [{ title: "hints" }, ...["heard", "proven", "ahead of the log, ms: 10 %", "50 %", "90 %"].map(right)],
    leads.map(({ source, hints, matched, leadMs }) => [
      source,
      showCount(hints),
      showCount(matched),
      ...[0, 1, 2].map((index) => showMs(leadMs?.[index] ?? null)),
    ]),
    width,
  );

const showMs = (ms: number | null): string => (ms === null ? "–" : showCount(Math.round(ms)));
