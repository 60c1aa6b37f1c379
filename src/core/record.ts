/** The same record without one of its keys. (Written out: object rest with a computed key is several times slower.) */
export function without<Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> {
  if (!(key in record)) return record;
  const rest: Record<string, Value> = {};
  for (const each of Object.keys(record)) if (each !== key) rest[each] = record[each] as Value;
  return rest;
}
