import fc from "fast-check";
import { expect, it } from "vitest";
import { fromJson, toJson } from "./encode.ts";

const scalar = fc.oneof(
  fc.bigInt(),
  fc.string(),
  fc.constantFrom("1n", "'1n", "''-20n", "-0n", "n", "1", ""),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each)),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    scalar,
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie("any"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

it("every value comes back from JSON text as it went in", () => {
  fc.assert(
    fc.property(value, (each) => {
      expect(fromJson(JSON.parse(JSON.stringify(toJson(each))))).toEqual(each);
    }),
  );
});

it("an amount reads as its digits and an n", () => {
  expect(toJson({ cashUsd: 1_500_000n, title: "100n", at: 5 })).toEqual({ cashUsd: "1500000n", title: "'100n", at: 5 });
});
