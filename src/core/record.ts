/**
 * Records whose keys are ids. They have no prototype, because V8 then makes them hash tables; a literal gets a hidden class of
 * its own for each new key, and copying one is several times slower.
 */
const hashTable = <Value>(): Record<string, Value> => Object.create(null);

/** The same record with this value at `key`. */
export function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value,
): Readonly<Record<string, Value>> {
  const copy = hashTable<Value>();
  for (const each of Object.keys(record)) copy[each] = record[each] as Value;
  copy[key] = value;
  return copy;
}

/** The same record without one of its keys. */
export function without<Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> {
  if (!(key in record)) return record;
  const rest = hashTable<Value>();
  for (const each of Object.keys(record)) if (each !== key) rest[each] = record[each] as Value;
  return rest;
}
