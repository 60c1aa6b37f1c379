import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { type AbiEvent, parseAbiItem, toEventSelector } from "viem";
import { describe, expect, test } from "vitest";
import { PayloadError } from "../errors.ts";
import { type Address, parseAddress } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "./contracts.ts";
import { type DecodedEvent, decodeEvent, EVENT_TOPICS } from "./decode-event.ts";
import { TRANSFER_BATCH, TRANSFER_SINGLE } from "./decode-transfer.ts";
import { type Emitter, EVENT_SIGNATURES } from "./event-signatures.ts";
import type { RawLog } from "./fill.ts";
import { BINARY_MODULE, COMBINATORIAL_MODULE, NEG_RISK_OPERATOR, POSITION_MANAGER } from "./infrastructure.ts";
import { logOf } from "./testdata/model-chain.ts";
import { TOPICS } from "./topics.ts";

const SHEET = "../shared/reference/onchain.md";

const EMITTERS: Record<Emitter, Address> = {
  conditionalTokens: CONDITIONAL_TOKENS,
  negRiskAdapter: NEG_RISK_ADAPTER,
  negRiskOperator: NEG_RISK_OPERATOR,
  feeModule: parseAddress("0xe3f18acc55091e2c48d883fc8c8413319d4ab7b0"),
  positionManager: POSITION_MANAGER,
  module: COMBINATORIAL_MODULE,
  proxy: POSITION_MANAGER,
};

const ALL = Object.entries(EVENT_SIGNATURES).flatMap(([emitter, signatures]) =>
  Object.entries(signatures as Record<string, string>).map(([name, signature]) => ({
    name,
    signature,
    address: EMITTERS[emitter as Emitter],
    event: parseAbiItem(signature) as AbiEvent,
  })),
);

/** `Name(type indexed name, …)` without the names, which the topic does not depend on. */
const shapeOf = (event: AbiEvent): string =>
  `${event.name}(${event.inputs.map(({ type, indexed }) => (indexed === true ? `${type} indexed` : type)).join(",")})`;

describe.skipIf(!existsSync(SHEET))("topics (needs the on-chain sheet)", () => {
  const text = existsSync(SHEET) ? readFileSync(SHEET, "utf8") : "";
  const start = text.indexOf("\n## 2. ");
  const sections = text.slice(start, text.indexOf("\n## 6. "));
  const rows = [...sections.matchAll(/^\| `([A-Za-z]+\([^`]*\))` \| `(0x[0-9a-f]{64})` \|$/gm)].map(
    ([, signature, topic]) => ({
      event: parseAbiItem(`event ${signature}`) as AbiEvent,
      topic: topic as string,
    }),
  );
  const elsewhere: ReadonlySet<string> = new Set([...Object.values(TOPICS), TRANSFER_SINGLE, TRANSFER_BATCH]);

  test("every topic printed in sections 2 to 5 is the hash of its signature, and every row was read", () => {
    for (const { event, topic } of rows) expect([event.name, toEventSelector(event)]).toEqual([event.name, topic]);
    const tables = sections.split("| event (indexed flags) | topic0 |\n|---|---|\n").slice(1);
    const printed = tables.flatMap((table) =>
      table
        .slice(0, table.search(/^(?!\|)/m))
        .trim()
        .split("\n"),
    );
    expect(rows).toHaveLength(printed.length);
    expect(rows).toHaveLength(116);
  });

  test("each event of the table is in the sheet with the same types and indexed flags", () => {
    const sheet = new Map(rows.map(({ event, topic }) => [topic, shapeOf(event)]));
    // Named in the text below its table, without a topic.
    const earlier = EVENT_SIGNATURES.feeModule.feeRefundedEarlier;
    expect(text).toContain(earlier.slice("event ".length));
    for (const { name, event, signature } of ALL) {
      if (signature === earlier) continue;
      expect([name, sheet.get(toEventSelector(event))]).toEqual([name, shapeOf(event)]);
    }
    expect(EVENT_TOPICS.size).toBe(ALL.length);
  });

  test("the topics of fills, matches, conditions and transfers are in the sheet too", () => {
    const printed = new Set(rows.map(({ topic }) => topic));
    expect([...elsewhere].filter((topic) => !printed.has(topic))).toEqual([]);
  });
});

const word = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });
const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => `0x${Buffer.from(value).toString("hex")}`);

function arbitraryOf(type: string): fc.Arbitrary<unknown> {
  if (type.endsWith("[]")) return fc.array(arbitraryOf(type.slice(0, -2)), { maxLength: 5 });
  if (type === "address") return hexOf(20);
  if (type === "bool") return fc.boolean();
  if (type === "bytes")
    return fc.uint8Array({ maxLength: 70 }).map((value) => `0x${Buffer.from(value).toString("hex")}`);
  if (type.startsWith("bytes")) return hexOf(Number(type.slice(5)));
  return word;
}

const anyEvent = fc
  .constantFrom(...ALL)
  .chain((definition) =>
    fc.tuple(...definition.event.inputs.map(({ type }) => arbitraryOf(type))).map((values) => ({ definition, values })),
  );

describe("decoding by table", () => {
  test("every event decodes to the values it was encoded from", () => {
    fc.assert(
      fc.property(anyEvent, ({ definition, values }) => {
        const decoded = decodeEvent(logOf(definition.address, definition.signature, values, 7));
        expect(decoded?.name).toBe(definition.name);
        expect(Object.values(decoded?.args ?? {}).length).toBe(values.length);
        const names = definition.event.inputs.map(({ name }) => name as string);
        expect(names.map((name) => argsOf(decoded)[name])).toEqual(values);
      }),
      { numRuns: 400 },
    );
  });

  test("another number of topics, another length of data or dirty padding is a PayloadError, never another value", () => {
    const damage = fc.constantFrom<(log: RawLog) => RawLog>(
      (log) => ({ ...log, topics: log.topics.slice(0, -1) }),
      (log) => ({ ...log, topics: [...log.topics, `0x${"0".repeat(64)}`] }),
      (log) => ({ ...log, data: `${log.data}00` }),
      (log) => ({ ...log, data: `${log.data}${"0".repeat(64)}` }),
      (log) => ({ ...log, data: log.data.slice(0, -2) || "0xzz" }),
      (log) => ({ ...log, data: log.data === "0x" ? "0x01" : log.data.slice(0, -64) }),
    );
    fc.assert(
      fc.property(anyEvent, damage, ({ definition, values }, change) => {
        const log = change(logOf(definition.address, definition.signature, values, 7));
        if (log.topics.length === 0) return;
        expect(() => decodeEvent(log)).toThrow(PayloadError);
      }),
      { numRuns: 400 },
    );
  });

  test("arbitrary bytes under a known topic either encode back to themselves or are a PayloadError", () => {
    const hex = fc
      .array(hexOf(32), { maxLength: 12 })
      .map((words) => `0x${words.map((each) => each.slice(2)).join("")}`);
    fc.assert(
      fc.property(fc.constantFrom(...ALL), hex, fc.array(hexOf(32), { maxLength: 3 }), (definition, data, topics) => {
        const log = { ...logOf(definition.address, definition.signature, zeroes(definition.event), 1), data };
        const noise: RawLog = { ...log, topics: [log.topics[0] as string, ...topics] };
        try {
          const decoded = decodeEvent(noise);
          const values = definition.event.inputs.map(({ name }) => argsOf(decoded)[name as string]);
          const again = logOf(definition.address, definition.signature, values, 1);
          expect({ data: again.data, topics: again.topics }).toEqual({ data: noise.data, topics: noise.topics });
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test("upper bits of an address topic and lower bytes of a condition topic must be zero", () => {
    const signature = EVENT_SIGNATURES.module.positionsMerged;
    const log = logOf(BINARY_MODULE, signature, [POSITION_MANAGER, `0x${"01".repeat(31)}`, POSITION_MANAGER, 5n], 0);
    const withTopic = (index: number, topic: string): RawLog => ({ ...log, topics: log.topics.with(index, topic) });
    expect(decodeEvent(log)?.name).toBe("positionsMerged");
    expect(() => decodeEvent(withTopic(1, `0x1${log.topics[1]?.slice(3)}`))).toThrow(PayloadError);
    expect(() => decodeEvent(withTopic(2, `${log.topics[2]?.slice(0, -1)}1`))).toThrow(PayloadError);
  });

  test("the same event of another contract is not the venue's", () => {
    const stranger = parseAddress(`0x${"9".repeat(40)}`);
    for (const { signature, event } of ALL)
      expect(decodeEvent(logOf(stranger, signature, zeroes(event), 0))).toBeNull();
  });
});

const argsOf = (decoded: DecodedEvent | null): Readonly<Record<string, unknown>> => ({ ...decoded?.args });

function zeroes(event: AbiEvent): readonly unknown[] {
  return event.inputs.map(({ type }) => {
    if (type.endsWith("[]")) return [];
    if (type === "address") return `0x${"0".repeat(40)}`;
    if (type === "bool") return false;
    if (type === "bytes") return "0x";
    if (type.startsWith("bytes")) return `0x${"00".repeat(Number(type.slice(5)))}`;
    return 0n;
  });
}
