import type { Fill } from "../../core/chain/fill.ts";
import type { BlockHash } from "../../core/ids/ids.ts";
import { fromUnixSeconds } from "../../core/time/time.ts";
import type { HeldFill } from "../../ports/coverage-store.ts";
import type { ReadRange } from "./range-record.ts";

/** What is held and what was read do not agree. */
export type Difference = {
  readonly block: number;
  /** "fill 3", "fill 3 wallet", "hash". */
  readonly what: string;
  /** Null: there is none. */
  readonly held: string | null;
  readonly read: string | null;
};

/** What is held of a range. */
export type HeldRange = {
  readonly fills: readonly HeldFill[];
  readonly quarantined: readonly string[];
  readonly hashes: ReadonlyMap<number, BlockHash>;
};

/** Row for row, field for field, and every block hash that is held. */
export function compareRange(held: HeldRange, read: ReadRange): readonly Difference[] {
  const fills = read.decoded.fills.map((fill) => asHeld(fill, read.answer.timestamps.get(fill.blockNumber) ?? 0));
  return [
    ...compareHashes(held.hashes, read),
    ...compareFills(held.fills, fills),
    ...compareQuarantined(
      held.quarantined,
      read.decoded.quarantined.map(({ log }) => `${log.blockNumber}:${log.logIndex}`),
    ),
  ];
}

function asHeld({ txIndex: _txIndex, ...fill }: Fill, timestamp: number): HeldFill {
  return { ...fill, occurredAt: fromUnixSeconds(timestamp) };
}

function compareHashes(held: ReadonlyMap<number, BlockHash>, { answer }: ReadRange): readonly Difference[] {
  return answer.blocks.flatMap(({ number, hash }) => {
    const expected = held.get(number);
    return expected === undefined || expected === hash
      ? []
      : [{ block: number, what: "hash", held: expected, read: hash }];
  });
}

const keyOf = ({ blockNumber, logIndex }: HeldFill): string => `${blockNumber}:${logIndex}`;

function compareFills(held: readonly HeldFill[], read: readonly HeldFill[]): readonly Difference[] {
  const readByKey = new Map(read.map((fill) => [keyOf(fill), fill]));
  const heldKeys = new Set(held.map(keyOf));
  const extra = held.flatMap((fill) => {
    const other = readByKey.get(keyOf(fill));
    return other === undefined ? [fillDifference(fill, "held")] : compareFields(fill, other);
  });
  return [...extra, ...read.filter((fill) => !heldKeys.has(keyOf(fill))).map((fill) => fillDifference(fill, "read"))];
}

const fillDifference = (fill: HeldFill, side: "held" | "read"): Difference => ({
  block: fill.blockNumber,
  what: `fill ${fill.logIndex}`,
  held: null,
  read: null,
  [side]: `transaction ${fill.txHash}`,
});

function compareFields(held: HeldFill, read: HeldFill): readonly Difference[] {
  const fields = Object.keys(read) as (keyof HeldFill)[];
  return fields
    .filter((field) => held[field] !== read[field])
    .map((field) => ({
      block: held.blockNumber,
      what: `fill ${held.logIndex} ${field}`,
      held: String(held[field]),
      read: String(read[field]),
    }));
}

function compareQuarantined(held: readonly string[], read: readonly string[]): readonly Difference[] {
  const difference = (at: string, isHeld: boolean): Difference => {
    const [block = "", logIndex = ""] = at.split(":");
    const here = "in quarantine";
    return { block: Number(block), what: `log ${logIndex}`, held: isHeld ? here : null, read: isHeld ? null : here };
  };
  return [
    ...held.filter((at) => !read.includes(at)).map((at) => difference(at, true)),
    ...read.filter((at) => !held.includes(at)).map((at) => difference(at, false)),
  ];
}
