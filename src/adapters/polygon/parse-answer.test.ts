import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAnswer } from "./parse-answer.ts";

function collector() {
  const items: unknown[] = [];
  return { take: (item: unknown) => void items.push(item), result: () => items };
}

async function* arriving(text: string, partBytes: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

type Answer = { readonly id: number; readonly result: unknown };

/** What a caller sees: what the reader took, and what is left. */
async function read(
  text: string,
  partBytes = 65_536,
): Promise<{ readonly json: Answer; readonly taken: unknown[] | null }> {
  const { json, list } = await parseAnswer(arriving(text, partBytes), collector);
  return { json: json as Answer, taken: (list?.result() as unknown[] | undefined) ?? null };
}

/** Both together, as the answer that they are parts of. */
function sum({ json, taken }: Awaited<ReturnType<typeof read>>): unknown {
  return taken === null ? json : { ...json, result: [...taken, ...(json.result as unknown[])] };
}

const log = (index: number, more: object = {}) => ({
  logIndex: `0x${index.toString(16)}`,
  data: "0".repeat(900),
  ...more,
});
const logs = (count: number) => Array.from({ length: count }, (_, index) => log(index));

test("a long list is taken in pieces, in order, and left out of the rest", async () => {
  const many = logs(2_000);
  const answer = [
    { jsonrpc: "2.0", id: 1, result: many },
    { jsonrpc: "2.0", id: 2, result: { hash: "0x1", transactions: ["0x2", "0x3"] } },
  ];
  const { json, taken } = await read(JSON.stringify(answer));
  expect(taken).toEqual(many);
  expect(json).toEqual([{ ...answer[0], result: [] }, answer[1]]);
});

test("however the bytes are cut, the same is read", async () => {
  const note = (index: number): string => "é€😀".repeat(index === 50 ? 2_000 : 1);
  const answer = { id: 1, result: logs(160).map((each, index) => ({ ...each, note: note(index) })) };
  const text = JSON.stringify(answer);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 900, max: 90_000 }), async (partBytes) => {
      expect(sum(await read(text, partBytes))).toEqual(answer);
    }),
    { numRuns: 40 },
  );
  for (let partBytes = 39_000; partBytes < 39_200; partBytes += 1) {
    expect(sum(await read(text, partBytes))).toEqual(answer);
  }
});

test("a list that ends with a comma is no list", async () => {
  for (const count of [40, 80, 400]) {
    const text = JSON.stringify({ id: 1, result: logs(count) }).replace("}]", "},]");
    await expect(read(text)).rejects.toThrow(SyntaxError);
  }
});

test("a short answer is parsed at once", async () => {
  const answer = { id: 1, result: logs(3) };
  expect(await read(JSON.stringify(answer))).toEqual({ json: answer, taken: null });
});

const odd: readonly (readonly [string, unknown])[] = [
  ["objects in objects", { id: 1, result: logs(2_000).map((each) => ({ ...each, more: { a: 1 }, last: 2 })) }],
  [
    "lists of objects in objects",
    { id: 1, result: logs(2_000).map((each) => ({ ...each, more: [{ a: 1 }], last: 2 })) },
  ],
  ["texts that look like ends", { id: 1, result: logs(2_000).map((each) => ({ ...each, more: "},{ }]", last: 2 })) }],
  [
    "objects in objects, from the middle on",
    { id: 1, result: [...logs(1_000), ...logs(1_000).map((each) => ({ more: [{ a: 1 }], ...each }))] },
  ],
  ["a list of texts", { id: 1, result: Array.from({ length: 20_000 }, (_, index) => "x".repeat(40) + index) }],
];
test.each(odd)("%s give what parsing at once gives", async (_what, answer) => {
  for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 1)]) {
    expect(sum(await read(text))).toEqual(answer);
  }
});

test("whatever is cut off, added or changed in a long answer: it is refused, or read as JSON.parse reads it", async () => {
  const text = JSON.stringify({ id: 1, result: logs(700) });
  const change = fc.record({
    at: fc.nat(text.length),
    drop: fc.nat(3),
    add: fc.constantFrom("", "}", "]", "},{", '"', ",", "x"),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, drop, add }) => {
      const changed = text.slice(0, at) + add + text.slice(at + drop);
      let expected: unknown;
      try {
        expected = JSON.parse(changed);
      } catch {
        await expect(read(changed)).rejects.toThrow(SyntaxError);
        return;
      }
      expect(sum(await read(changed))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
