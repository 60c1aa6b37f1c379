/**
 * Sixteen hex digits that stand for a value made of records, lists and scalars. Equal values have equal hashes however
 * their keys are ordered. What a step leaves unchanged is the same object as before, and its hash is remembered with it,
 * so the hash of a new state costs as much as the step changed. Finds a replay that went another way; no defence
 * against somebody who forges one.
 * @param before an earlier form of the value that has been hashed: of its records only the entries that differ are hashed anew.
 * It changes what the hash costs and not what it is
 */
export function hashValue(value: unknown, before?: unknown): string {
  hashOf(value, before);
  return hex(high) + hex(low);
}

/** Of a record also the sum of its entries, from which the sum of a later form follows. */
type Remembered = Words & { readonly sumLow: number; readonly sumHigh: number };

const remembered = new WeakMap<object, Remembered>();

/** What was hashed last: a pair for each of a state's many parts would be most of the work. */
let low = 0;
let high = 0;

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

function hashOf(value: unknown, before?: unknown): void {
  if (!isObject(value)) {
    hashScalar(value);
    return;
  }
  const known = remembered.get(value);
  if (known !== undefined) ({ low, high } = known);
  else if (Array.isArray(value)) hashList(value, before);
  else hashRecord(value as Hashed, before);
}

type Hashed = Readonly<Record<string, unknown>>;

/** Its type, a colon and its text: the hash of what comes first is at hand, and the two are never joined. */
function hashScalar(value: unknown): void {
  const type = value === null ? "object" : typeof value;
  let begun = types.get(type);
  if (begun === undefined) {
    hashText(`${type}:`);
    begun = { low, high };
    types.set(type, begun);
  }
  hashText(typeof value === "string" ? value : String(value), begun);
}

type Words = { readonly low: number; readonly high: number };
const types = new Map<string, Words>();
const START: Words = { low: 0x811c9dc5, high: 0x9e3779b1 };

/** FNV-1a in two lanes that begin apart. */
function hashText(text: string, start: Words = START): void {
  let a = start.low;
  let b = start.high;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b ^= b >>> 13;
  }
  low = a;
  high = b;
}

function hashList(list: readonly unknown[], before: unknown): void {
  const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
  let a = 0x5bd1e995 ^ list.length;
  let b = 0x27d4eb2f;
  let isLarge = false;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    isLarge ||= isObject(item);
    hashOf(item, earlier[index]);
    mixInto(a, b);
    a = low;
    b = high;
  }
  low = a;
  high = b;
  if (isLarge) remembered.set(list, { low, high, sumLow: 0, sumHigh: 0 });
}

/** A sum, so that the order of the keys does not matter, and that of a changed record follows from the one before. */
function hashRecord(record: Hashed, before: unknown): void {
  const sumBefore = isObject(before) && !Array.isArray(before) ? remembered.get(before) : undefined;
  const earlier = sumBefore === undefined ? null : (before as Hashed);
  let sumLow = sumBefore?.sumLow ?? 0x165667b1;
  let sumHigh = sumBefore?.sumHigh ?? 0x2545f491;
  const keys = Object.keys(record);
  let isLarge = false;
  let common = 0;
  for (const key of keys) {
    const value = record[key];
    const isHeld = earlier !== null && Object.hasOwn(earlier, key);
    const old = isHeld ? earlier[key] : undefined;
    isLarge ||= isObject(value);
    if (isHeld) common += 1;
    if (isHeld && value === old) continue;
    hashText(key);
    const keyLow = low;
    const keyHigh = high;
    if (isHeld) {
      hashEntry(keyLow, keyHigh, old);
      sumLow = (sumLow - low) | 0;
      sumHigh = (sumHigh - high) | 0;
    }
    hashEntry(keyLow, keyHigh, value, old);
    sumLow = (sumLow + low) | 0;
    sumHigh = (sumHigh + high) | 0;
  }
  if (earlier !== null) {
    const gone = Object.keys(earlier);
    for (const key of gone.length === common ? [] : gone.filter((each) => !Object.hasOwn(record, each))) {
      hashText(key);
      hashEntry(low, high, earlier[key]);
      sumLow = (sumLow - low) | 0;
      sumHigh = (sumHigh - high) | 0;
    }
  }
  low = 0x3c6ef372;
  high = 0x7f4a7c15;
  mixInto(sumLow, sumHigh);
  // To remember a small record costs more than to hash it again with its neighbours.
  if (isLarge) remembered.set(record, { low, high, sumLow, sumHigh });
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function hashEntry(keyLow: number, keyHigh: number, value: unknown, before?: unknown): void {
  hashOf(value, before);
  mixInto(keyLow, keyHigh);
}

/** What was hashed last behind what stands here. */
function mixInto(a: number, b: number): void {
  let mixedLow = Math.imul(a ^ (low + 0x9e3779b9), 0x85ebca6b);
  mixedLow ^= mixedLow >>> 15;
  let mixedHigh = Math.imul(b ^ (high + 0x7feb352d), 0xc2b2ae35);
  mixedHigh ^= mixedHigh >>> 16;
  low = (mixedLow + Math.imul(mixedHigh, 5)) | 0;
  high = mixedHigh ^ Math.imul(mixedLow, 0x27d4eb2f);
}
