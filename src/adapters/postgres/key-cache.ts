/**
 * A bounded map of what was used lately: two generations, of which the older is dropped when the younger is full.
 * Cheaper than a true least-recently-used list and as good here, where a miss costs one indexed read.
 */
export type KeyCache = {
  get(id: string): number | undefined;
  set(id: string, key: number): void;
};

export function createKeyCache(capacity: number): KeyCache {
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  const set = (id: string, key: number): void => {
    if (young.size >= capacity / 2) {
      old = young;
      young = new Map();
    }
    young.set(id, key);
  };
  return {
    get(id) {
      const key = young.get(id);
      if (key !== undefined) return key;
      const before = old.get(id);
      if (before !== undefined) set(id, before);
      return before;
    },
    set,
  };
}
