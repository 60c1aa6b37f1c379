import fc from "fast-check";
import { expect, test } from "vitest";
import { EXCHANGES } from "../../core/chain/contracts.ts";
import { decodeFill } from "../../core/chain/decode-fill.ts";
import { decodeMatch } from "../../core/chain/decode-match.ts";
import { type RawLog, topicOf } from "../../core/chain/fill.ts";
import { TOPICS } from "../../core/chain/topics.ts";
import { createLogReader } from "./log-reader.ts";
import { parseAnswer } from "./parse-answer.ts";
import { createLogParser, type TimedLog } from "./rpc-schemas.ts";
import { ScannedLog } from "./scanned-log.ts";

const hex = (digits: number) =>
  fc
    .string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits })
    .map((text) => `0x${text}`);
const few = <T>(arbitrary: fc.Arbitrary<T>, count: number) =>
  fc
    .array(arbitrary, { minLength: count, maxLength: count })
    .chain((values) => fc.constant(fc.constantFrom(...values)));
const quantity = fc.nat(0xffff_ffff).map((value) => `0x${value.toString(16)}`);
const word = (value: bigint): string => value.toString(16).padStart(64, "0");

/** Words as trades have them: sides, tokens, amounts that fit and that do not, and anything. */
const dataWord = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(0n, 1n, 2n, 1_000_000n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n).map(word),
  },
  { weight: 2, arbitrary: hex(64).map((text) => text.slice(2)) },
);
const data = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(4, 5, 7)
      .chain((words) => fc.array(dataWord, { minLength: words, maxLength: words }))
      .map((words) => `0x${words.join("")}`),
  },
  { weight: 1, arbitrary: fc.constantFrom("0x", "0xzz", "0xAB", "", "0x0", "0x\\u0030") },
);
const address = fc.constantFrom(...EXCHANGES.map((exchange) => exchange.address as string), `0x${"Ab".repeat(20)}`);
const topic0 = fc.constantFrom<string>(
  TOPICS.orderFilledV1,
  TOPICS.orderFilledV2,
  TOPICS.ordersMatchedV1,
  TOPICS.ordersMatchedV2,
);
const addressTopic = hex(40).map((text) => `0x${"0".repeat(24)}${text.slice(2)}`);

type Json = Record<string, unknown>;

/** What is odd about one log of many. */
const oddity: fc.Arbitrary<(log: Json) => Json> = fc.constantFrom<(log: Json) => Json>(
  (log) => ({ ...log, more: { a: ["}", "{", '"'] } }),
  (log) => ({ ...log, note: 'é€😀\\"}' }),
  ({ removed: _, ...log }) => log,
  (log) => Object.fromEntries(Object.entries(log).toReversed()),
  (log) => ({ ...log, blockTimestamp: null }),
  (log) => ({ ...log, topics: (log.topics as string[]).map((each) => each.toUpperCase().replace("0X", "0x")) }),
  (log) => ({ ...log, topics: (log.topics as string[]).with(-1, `0x${"AB".repeat(32)}`) }),
  (log) => ({ ...log, topics: [(log.topics as string[])[0]] }),
  (log) => ({ ...log, blockHash: `0x${"AB".repeat(32)}` }),
);
const fault: fc.Arbitrary<(log: Json) => Json> = fc.constantFrom<(log: Json) => Json>(
  (log) => ({ ...log, removed: true }),
  (log) => ({ ...log, topics: [`0x${"zz".repeat(32)}`] }),
  (log) => ({ ...log, topics: (log.topics as string[]).with(-1, `0x${"zz".repeat(32)}`) }),
  (log) => ({ ...log, topics: [...(log.topics as string[]), "0x1"] }),
  (log) => ({ ...log, data: 5 }),
  (log) => ({ ...log, logIndex: "0x" }),
  (log) => ({ ...log, blockNumber: `0x${"1".repeat(14)}` }),
  (log) => ({ ...log, transactionHash: "0x12" }),
  ({ blockHash: _, ...log }) => log,
);

const answers = fc
  .record({ blockHash: few(hex(64), 3), txHash: few(hex(64), 6), hash: few(hex(64), 10), who: few(addressTopic, 5) })
  .chain(({ blockHash, txHash, hash, who }) => {
    const log = fc.record({
      address,
      topics: fc.tuple(topic0, hash, fc.oneof(who, hash), who).chain((four) => fc.constantFrom(four, four.slice(0, 3))),
      data,
      blockNumber: quantity,
      blockHash,
      blockTimestamp: quantity,
      transactionHash: txHash,
      transactionIndex: quantity,
      logIndex: quantity,
      removed: fc.constant(false),
    });
    const change = fc.oneof(
      { weight: 8, arbitrary: fc.constant((each: Json) => each) },
      { weight: 1, arbitrary: oddity },
    );
    const changed = fc.tuple(log, change).map(([each, by]) => by(each));
    return fc.tuple(
      fc.array(changed, { minLength: 45, maxLength: 70 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.tuple(fc.nat(44), fault) }),
    );
  })
  .map(([logs, broken]) => (broken === null ? logs : logs.map((log, at) => (at === broken[0] ? broken[1](log) : log))));

async function* arriving(text: string, partBytes: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

const plain = ({ log, timestamp }: TimedLog) => ({ ...(JSON.parse(JSON.stringify(log)) as RawLog), timestamp });

function decoded(log: RawLog): unknown {
  const isMatch = ([TOPICS.ordersMatchedV1, TOPICS.ordersMatchedV2] as unknown[]).includes(topicOf(log));
  try {
    return isMatch ? decodeMatch(log) : decodeFill(log);
  } catch (error) {
    return (error as Error).message;
  }
}

test("logs read in their bytes are the logs that JSON.parse reads, and decode to the same", async () => {
  let scanned = 0;
  await fc.assert(
    fc.asyncProperty(
      answers,
      fc.integer({ min: 700, max: 70_000 }),
      fc.constantFrom(0, 0, 0, 1),
      async (logs, partBytes, indent) => {
        const text = JSON.stringify({ jsonrpc: "2.0", id: 1, result: logs }, null, indent);
        const parse = createLogParser();
        const expected = (): TimedLog[] => (JSON.parse(text).result as unknown[]).map(parse);
        const actual = parseAnswer(arriving(text, partBytes), createLogReader).then(({ list, json }) => {
          const reader = list ?? createLogReader();
          for (const item of (json as { result: unknown[] }).result) reader.take(item);
          return reader.result() as TimedLog[];
        });
        let wanted: TimedLog[];
        try {
          wanted = expected();
        } catch (error) {
          await expect(actual).rejects.toThrow((error as Error).message);
          return;
        }
        const read = await actual;
        expect(read.map(plain)).toEqual(wanted.map(plain));
        expect(read.map(({ log }) => decoded(log))).toEqual(wanted.map(({ log }) => decoded(log)));
        scanned += read.filter((each) => each instanceof ScannedLog).length;
      },
    ),
    { numRuns: 120 },
  );
  expect(scanned).toBeGreaterThan(1_000);
});
