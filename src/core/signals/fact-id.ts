const PRIME = 0x100000001b3n;
const OFFSET = 0xcbf29ce484222325n;
const MASK = (1n << 64n) - 1n;

/**
 * 16 hex digits that stand for these facts (FNV-1a, 64 bits): the same facts give the same id on every machine. Enough
 * to keep our own rows apart; not a proof against somebody who wants two facts to meet.
 */
export function factId(...facts: readonly (string | number)[]): string {
  let hash = OFFSET;
  for (const char of facts.join(":")) {
    hash = ((hash ^ BigInt(char.codePointAt(0) ?? 0)) * PRIME) & MASK;
  }
  return hash.toString(16).padStart(16, "0");
}
