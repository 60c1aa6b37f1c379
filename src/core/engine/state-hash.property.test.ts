import fc from "fast-check";
import { expect, it } from "vitest";
import { hashValue } from "./state-hash.ts";

const scalar = fc.oneof(fc.bigInt(), fc.string(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "medium" },
    scalar,
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "c", "d", "toString", "constructor"), tie("any"), { maxKeys: 5 }),
  ),
})).any;

/** The same value without an object of it: nothing of it is remembered. */
const fresh = (each: unknown): unknown => structuredClone(each);

/** A later form that shares what `changes` leaves, as that of a step does. */
function changed(before: unknown, changes: Iterator<boolean>, later: unknown): unknown {
  if (changes.next().value !== true) return before;
  if (typeof before !== "object" || before === null || Array.isArray(before)) return later;
  const entries = Object.entries(before).map(([key, item]) => [key, changed(item, changes, later)] as const);
  const kept = entries.filter(() => changes.next().value === true);
  return Object.fromEntries([...kept, ["new", later]]);
}

it("a hash does not depend on what was hashed before", () => {
  fc.assert(
    fc.property(value, value, fc.infiniteStream(fc.boolean()), (before, later, changes) => {
      hashValue(before);
      const after = changed(before, changes, later);
      const found = hashValue(after, before);
      expect(found).toBe(hashValue(fresh(after)));
      expect(found).toBe(hashValue(after, later));
    }),
  );
});

it("the order of keys does not matter, and that of lists does", () => {
  expect(hashValue({ a: [1], b: { c: 2n } })).toBe(hashValue({ b: { c: 2n }, a: [1] }));
  expect(hashValue([1, 2])).not.toBe(hashValue([2, 1]));
});

it("stays what journals hold of it", () => {
  expect(hashValue({ cash: 1_500_000n, held: [null, { id: "S-1", open: true }], at: 5.5 })).toBe("53d9b173a4150ddf");
});
