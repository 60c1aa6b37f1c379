import { withEntry } from "../record.ts";
/**
 * A large map as plain values: a tree with sixteen branches a level, so that a step copies three short lists and one
 * leaf, not ten thousand entries. The path is the last digits of the hex id that the key begins with (the first ones of
 * an address may be vanity); what follows a colon does not matter.
 */
export type Shards<Value> = Branches<Branches<Branches<Leaf<Value>>>>;

type Branches<Node> = readonly (Node | null)[];
type Leaf<Value> = Readonly<Record<string, Value>>;
type Node<Value> = Branches<unknown> | Leaf<Value>;

const LEVELS = 3;
export const BRANCHES = 16;

export const NO_SHARDS: Shards<never> = Array.from({ length: BRANCHES }, () => null);

function branchOf(key: string, level: number): number {
  const end = key.indexOf(":");
  const code = key.charCodeAt((end === -1 ? key.length : end) - 1 - level);
  // Of a key that is too short NaN, which fails both comparisons.
  return (code > 57 ? (code | 32) - 87 : code > 47 ? code - 48 : 0) & 15;
}

export const getShard = <Value>(shards: Shards<Value>, key: string): Value | undefined =>
  shards[branchOf(key, 0)]?.[branchOf(key, 1)]?.[branchOf(key, 2)]?.[key];

export const setShard = <Value>(shards: Shards<Value>, key: string, value: Value): Shards<Value> =>
  setBelow(shards, key, value, 0) as Shards<Value>;

function setBelow<Value>(node: Node<Value> | null, key: string, value: Value, level: number): Node<Value> {
  if (level === LEVELS) return withEntry((node as Leaf<Value> | null) ?? {}, key, value);
  const copy = ((node ?? NO_SHARDS) as (Node<Value> | null)[]).slice();
  const branch = branchOf(key, level);
  copy[branch] = setBelow(copy[branch] ?? null, key, value, level + 1);
  return copy;
}

/** What becomes of an entry; null: it goes. */
type Change<Value> = (value: Value) => Value | null;

/** Branches without a change, and the whole where there is none, stay the same object. */
export const mapShards = <Value>(shards: Shards<Value>, change: Change<Value>): Shards<Value> =>
  (mapBelow(shards, change, 0) ?? NO_SHARDS) as Shards<Value>;

/** Drops what `keep` refuses in one of the sixteen top branches alone: a whole walk through a large map is long to wait for. */
export function filterBranch<Value>(
  shards: Shards<Value>,
  branch: number,
  keep: (value: Value) => boolean,
): Shards<Value> {
  const before = shards[branch] ?? null;
  const change: Change<Value> = (value) => (keep(value) ? value : null);
  const left = before === null ? null : (mapBelow(before, change, 1) as typeof before);
  return left === before ? shards : shards.with(branch, left);
}

/** @returns null where nothing is left */
function mapBelow<Value>(node: Node<Value>, change: Change<Value>, level: number): Node<Value> | null {
  if (level === LEVELS) {
    const left = mapRecord(node as Leaf<Value>, change);
    return left !== node && Object.keys(left).length === 0 ? null : left;
  }
  const before = node as readonly (Node<Value> | null)[];
  // A branch is looked through with every tick, and mostly nothing in it is too old.
  let left: (Node<Value> | null)[] | null = null;
  for (let branch = 0; branch < before.length; branch += 1) {
    const child = before[branch] ?? null;
    const kept = child === null ? null : mapBelow(child, change, level + 1);
    if (kept === child) continue;
    left ??= before.slice();
    left[branch] = kept;
  }
  if (left === null) return node;
  return left.every((child) => child === null) ? null : left;
}

/** The same object where nothing changed. */
export function mapRecord<Value>(
  record: Readonly<Record<string, Value>>,
  change: Change<Value>,
): Readonly<Record<string, Value>> {
  const keys = Object.keys(record);
  const values = keys.map((key) => change(record[key] as Value));
  if (keys.every((key, index) => values[index] === record[key])) return record;
  const left = keys.map((key, index) => [key, values[index] as Value | null] as const);
  return Object.fromEntries(left.filter((entry): entry is [string, Value] => entry[1] !== null));
}
