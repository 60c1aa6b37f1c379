import fc from "fast-check";
import { expect, it } from "vitest";
import { factId } from "./fact-id.ts";

it("is FNV-1a of the facts joined by colons", () => {
  // Published vectors of the 64-bit hash.
  expect(factId("")).toBe("cbf29ce484222325");
  expect(factId("a")).toBe("af63dc4c8601ec8c");
  expect(factId("foobar")).toBe("85944171f73967e8");
  expect(factId("a", 1)).toBe(factId("a:1"));
});

it("tells facts apart that differ anywhere", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(hex, fc.nat(63), fc.constantFrom(..."0123456789abcdef"), (text, place, digit) => {
      fc.pre(text[place] !== digit);
      const other = text.slice(0, place) + digit + text.slice(place + 1);
      expect(factId(text)).not.toBe(factId(other));
    }),
  );
});
