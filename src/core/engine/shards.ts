/**
 * A large map as plain values, in buckets: a step copies one bucket and the list of buckets, not ten thousand
 * entries. The bucket is the last byte of the wallet address that the key begins with (first bytes may be vanity).
 */
export type Shards<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

const bucketOf = (key: string): string => `b${key.slice(40, 42)}`;

export const getShard = <Value>(shards: Shards<Value>, key: string): Value | undefined => shards[bucketOf(key)]?.[key];

export function setShard<Value>(shards: Shards<Value>, key: string, value: Value): Shards<Value> {
  const bucket = bucketOf(key);
  return { ...shards, [bucket]: { ...shards[bucket], [key]: value } };
}

/** Drops what `keep` refuses; buckets without a change, and the whole where there is none, stay the same object. */
export function filterShards<Value>(shards: Shards<Value>, keep: (value: Value) => boolean): Shards<Value> {
  let changed = false;
  const kept: Record<string, Readonly<Record<string, Value>>> = {};
  for (const [bucket, entries] of Object.entries(shards)) {
    const left = filterRecord(entries, keep);
    changed ||= left !== entries;
    if (left !== entries && Object.keys(left).length === 0) continue;
    kept[bucket] = left;
  }
  return changed ? kept : shards;
}

export function filterRecord<Value>(
  record: Readonly<Record<string, Value>>,
  keep: (value: Value) => boolean,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(record);
  const left = entries.filter(([, value]) => keep(value));
  return left.length === entries.length ? record : Object.fromEntries(left);
}
