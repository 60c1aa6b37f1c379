/**
 * Sixteen hex digits that stand for a value made of records, lists and scalars. Equal values have equal hashes however
 * their keys are ordered. What a step leaves unchanged is the same object as before, and its hash is remembered with it,
 * so the hash of a new state costs as much as the step changed. Finds a replay that went another way; no defence
 * against somebody who forges one.
 */
export function hashValue(value: unknown): string {
  const [low, high] = hashOf(value);
  return hex(high) + hex(low);
}

type Hash = readonly [low: number, high: number];

const remembered = new WeakMap<object, Hash>();

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

function hashOf(value: unknown): Hash {
  if (typeof value !== "object" || value === null) return hashText(`${typeof value}:${String(value)}`);
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  const hash = Array.isArray(value) ? hashList(value) : hashRecord(value as Readonly<Record<string, unknown>>);
  // To remember a small record costs more than to hash it again with its neighbours.
  if (parts.some((part) => typeof part === "object" && part !== null)) remembered.set(value, hash);
  return hash;
}

/** FNV-1a in two lanes that begin apart. */
function hashText(text: string): Hash {
  let low = 0x811c9dc5;
  let high = 0x9e3779b1;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return [low, high];
}

function hashList(list: readonly unknown[]): Hash {
  let low = 0x5bd1e995 ^ list.length;
  let high = 0x27d4eb2f;
  for (const item of list) [low, high] = mix([low, high], hashOf(item));
  return [low, high];
}

/** A sum, so that the order of the keys does not matter. */
function hashRecord(record: Readonly<Record<string, unknown>>): Hash {
  let low = 0x165667b1;
  let high = 0x2545f491;
  for (const key of Object.keys(record)) {
    const entry = mix(hashText(key), hashOf(record[key]));
    low = (low + entry[0]) | 0;
    high = (high + entry[1]) | 0;
  }
  return mix([low, high], [0x3c6ef372, 0x7f4a7c15]);
}

function mix(a: Hash, b: Hash): Hash {
  let low = Math.imul(a[0] ^ (b[0] + 0x9e3779b9), 0x85ebca6b);
  low ^= low >>> 15;
  let high = Math.imul(a[1] ^ (b[1] + 0x7feb352d), 0xc2b2ae35);
  high ^= high >>> 16;
  return [(low + Math.imul(high, 5)) | 0, high ^ Math.imul(low, 0x27d4eb2f)];
}
