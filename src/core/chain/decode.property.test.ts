import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEvent } from "../../../test/support/sample-logs.ts";
import { PayloadError } from "../errors.ts";
import { type Address, parseAddress } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, EXCHANGES, NEG_RISK_ADAPTER } from "./contracts.ts";
import { decodeAdmin } from "./decode-admin.ts";
import { decodeConditionPreparation, decodeConditionResolution } from "./decode-condition.ts";
import { decodeFill, decodeOrderTags } from "./decode-fill.ts";
import { decodeLogs } from "./decode-logs.ts";
import { decodeMatch } from "./decode-match.ts";
import { decodeNegRisk } from "./decode-neg-risk.ts";
import type { RawLog } from "./fill.ts";
import { TOPICS } from "./topics.ts";

const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hexOf);
const address = bytes(20) as fc.Arbitrary<Address>;
const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const token = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n });
const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
const V1 = parseAddress("0xc5d563a36ae78145c45a50134d48a1215220f80a");

const at = (where: Address, encoded: { topics: readonly string[]; data: string }, logIndex = 0): RawLog => ({
  address: where,
  ...encoded,
  blockNumber: 1,
  logIndex,
  blockHash: `0x${"11".repeat(32)}` as RawLog["blockHash"],
  txHash: `0x${"22".repeat(32)}` as RawLog["txHash"],
  txIndex: 0,
});

test("what viem encodes as a V2 fill is read back whole", () => {
  const fills = fc.record({
    orderHash: bytes(32),
    maker: address,
    taker: address,
    side: fc.constantFrom(0, 1),
    tokenId: token,
    makerAmountFilled: amount,
    takerAmountFilled: amount,
    fee: amount,
    builder: bytes(32),
    metadata: bytes(32),
  });
  fc.assert(
    fc.property(fills, (args) => {
      const log = at(V2, encodeEvent("orderFilledV2", args));
      const isBuy = args.side === 0;
      expect({ ...decodeFill(log), ...decodeOrderTags(log) }).toMatchObject({
        orderHash: args.orderHash,
        wallet: args.maker,
        side: isBuy ? "BUY" : "SELL",
        tokenId: args.tokenId.toString(),
        cash: isBuy ? args.makerAmountFilled : args.takerAmountFilled,
        size: isBuy ? args.takerAmountFilled : args.makerAmountFilled,
        fee: args.fee,
        builder: args.builder,
        metadata: args.metadata,
      });
    }),
    { numRuns: 300 },
  );
});

test("what viem encodes as a V1 match is read back whole", () => {
  const matches = fc.record({
    takerOrderHash: bytes(32),
    takerOrderMaker: address,
    tokenId: token,
    isBuy: fc.boolean(),
    makerAmountFilled: amount,
    takerAmountFilled: amount,
  });
  fc.assert(
    fc.property(matches, ({ tokenId, isBuy, ...args }) => {
      const assets = { makerAssetId: isBuy ? 0n : tokenId, takerAssetId: isBuy ? tokenId : 0n };
      expect(decodeMatch(at(V1, encodeEvent("ordersMatchedV1", { ...args, ...assets })))).toMatchObject({
        takerOrderHash: args.takerOrderHash,
        takerWallet: args.takerOrderMaker,
        side: isBuy ? "BUY" : "SELL",
        tokenId: tokenId.toString(),
        cash: isBuy ? args.makerAmountFilled : args.takerAmountFilled,
        size: isBuy ? args.takerAmountFilled : args.makerAmountFilled,
      });
    }),
    { numRuns: 200 },
  );
});

// Anything a provider can send: right and wrong topics, lengths near the right ones, hex and garbage.
const anyTopic = fc.oneof(fc.constantFrom(...Object.values(TOPICS)), bytes(32), fc.string({ maxLength: 70 }));
const paddedAddress = bytes(20).map((hex) => `0x${"00".repeat(12)}${hex.slice(2)}`);
const anyData = fc.oneof(
  fc.uint8Array({ maxLength: 32 * 9 }).map(hexOf),
  fc.integer({ min: 0, max: 9 }).chain((words) => bytes(32 * words)),
  fc
    .array(fc.constantFrom("00".repeat(32), `${"00".repeat(31)}01`, `${"00".repeat(31)}02`, "ff".repeat(32)), {
      maxLength: 8,
    })
    .map((words) => `0x${words.join("")}`),
  fc.string({ maxLength: 460, unit: "binary" }),
);
const anyLog = fc
  .record({
    where: fc.oneof(
      fc.constantFrom(...EXCHANGES.map((each) => each.address), CONDITIONAL_TOKENS, NEG_RISK_ADAPTER),
      address,
    ),
    topics: fc.tuple(
      anyTopic,
      fc.array(fc.oneof(paddedAddress, bytes(32), fc.string({ maxLength: 70 })), { maxLength: 4 }),
    ),
    data: anyData,
  })
  .map(({ where, topics: [first, rest], data }) => at(where, { topics: [first, ...rest], data }));

const decoders = [
  decodeFill,
  decodeOrderTags,
  decodeMatch,
  decodeConditionPreparation,
  decodeConditionResolution,
  decodeNegRisk,
  decodeAdmin,
];

test.each(decoders.map((decode) => [decode.name, decode] as const))(
  "%s throws nothing but PayloadError, whatever it is given",
  (_name, decode) => {
    fc.assert(
      fc.property(anyLog, (log) => {
        try {
          decode(log);
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
        }
      }),
      { numRuns: 1_000 },
    );
  },
);

test("every log of a range is decoded, ignored as foreign, or quarantined; none makes the range fail", () => {
  fc.assert(
    fc.property(fc.array(anyLog, { maxLength: 12 }), (logs) => {
      const indexed = logs.map((log, index) => ({ ...log, logIndex: index }));
      const { fills, quarantined } = decodeLogs(indexed);
      for (const log of indexed) {
        const isFill = log.topics[0] === TOPICS.orderFilledV1 || log.topics[0] === TOPICS.orderFilledV2;
        const isKnown = fills.some((fill) => fill.logIndex === log.logIndex);
        if (isFill && !isKnown) expect(quarantined.some((each) => each.log.logIndex === log.logIndex)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
