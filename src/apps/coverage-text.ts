import type { CoverageProof } from "../core/chain/coverage-proof.ts";
import type { BlockRange } from "../core/chain/missing-ranges.ts";
import type { CoveragePart } from "../ports/coverage-store.ts";
import type { DeepReport } from "../services/listener/verify-deep.ts";
import { renderTable, shortHex, showCount } from "./table.ts";

/** More lines than this of one kind are summed up: nobody reads them, and scripts have the database. */
const LINES_MAX = 20;

export const spanText = ({ fromBlock, toBlock }: BlockRange): string =>
  fromBlock === toBlock ? showCount(fromBlock) : `${showCount(fromBlock)}–${showCount(toBlock)}`;

const sizeOf = ({ fromBlock, toBlock }: BlockRange): number => toBlock - fromBlock + 1;
const sum = (ranges: readonly BlockRange[]): number => ranges.reduce((total, range) => total + sizeOf(range), 0);
const right = (title: string) => ({ title, align: "right" }) as const;

export function proofText(proof: CoverageProof, parts: readonly CoveragePart[], range: BlockRange): string {
  const { ranges, holes, unaccounted, brokenJoints, joints } = proof;
  const table = renderTable(
    [right("covered"), right("blocks"), { title: "first hash" }, { title: "last hash" }],
    ranges
      .slice(0, LINES_MAX)
      .map((each) => [spanText(each), showCount(sizeOf(each)), hashText(each.firstHash), hashText(each.lastHash)]),
  );
  const lines = [
    ...(ranges.length > 0 ? [table, ...moreText(ranges.length)] : []),
    ...deliveredText(parts, range),
    `${showCount(joints.proven)} joints between pieces proven by hash${joints.unproven > 0 ? `, ${showCount(joints.unproven)} without a hash on one side` : ""}.`,
    ...listText("Hole", holes),
    ...listText("No record of who delivered", unaccounted),
    ...brokenJoints
      .slice(0, LINES_MAX)
      .map(
        ({ block, expected, actual }) =>
          `Two branches: block ${showCount(block)} follows ${actual}, and ${expected} is held before it.`,
      ),
    ...moreText(brokenJoints.length),
    proof.isComplete
      ? `Complete: no block is missing between ${showCount(range.fromBlock)} and ${showCount(range.toBlock)} (${showCount(sizeOf(range))} blocks).`
      : `Not complete: ${showCount(sum(holes))} of ${showCount(sizeOf(range))} blocks missing between ${showCount(range.fromBlock)} and ${showCount(range.toBlock)}.`,
    ...(holes.length > 0 ? [backfillText(holes)] : []),
  ];
  return lines.join("\n");
}

const hashText = (hash: string | null): string => (hash === null ? "not held" : shortHex(hash));

const moreText = (count: number): readonly string[] =>
  count > LINES_MAX ? [`… and ${showCount(count - LINES_MAX)} more`] : [];

const listText = (what: string, ranges: readonly BlockRange[]): readonly string[] => [
  ...ranges.slice(0, LINES_MAX).map((range) => `${what}: ${spanText(range)}, ${showCount(sizeOf(range))} blocks`),
  ...moreText(ranges.length),
];

const backfillText = (holes: readonly BlockRange[]): string =>
  `To fill: orderflow backfill --from ${holes[0]?.fromBlock} --to ${holes.at(-1)?.toBlock}`;

function deliveredText(parts: readonly CoveragePart[], range: BlockRange): readonly string[] {
  const blocks = new Map<string, number>();
  for (const { endpoint, fromBlock, toBlock } of parts) {
    const inside = { fromBlock: Math.max(fromBlock, range.fromBlock), toBlock: Math.min(toBlock, range.toBlock) };
    const name = endpoint ?? "an unknown endpoint";
    blocks.set(name, (blocks.get(name) ?? 0) + sizeOf(inside));
  }
  return [...blocks].map(([name, count]) => `Delivered by ${name}: ${showCount(count)} blocks.`);
}

export function deepText({ samples, blocks, fills, independent, differences, excluded }: DeepReport): string {
  const lines = differences
    .slice(0, LINES_MAX)
    .map(
      ({ block, what, held, read }) =>
        `Block ${showCount(block)}, ${what}: held ${held ?? "nothing"}, read ${read ?? "nothing"}`,
    );
  const from = independent === samples ? "from another endpoint" : `${showCount(independent)} from another endpoint`;
  return [
    ...lines,
    ...moreText(differences.length),
    ...(excluded.length > 0 ? [`Left out, not final or archived: ${excluded.map(spanText).join(", ")}.`] : []),
    `Read again: ${showCount(samples)} samples, ${from}; ${showCount(blocks)} blocks, ${showCount(fills)} fills. ` +
      (differences.length === 0 ? "All as held." : `${showCount(differences.length)} differences.`),
  ].join("\n");
}
