import fc from "fast-check";
import { encodeAbiParameters, parseAbiItem, toEventSelector } from "viem";
import { describe, expect, test } from "vitest";
import { PayloadError } from "../errors.ts";
import { type Address, parseAddress } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "./contracts.ts";
import { decodeTransfer, TRANSFER_BATCH, TRANSFER_SINGLE } from "./decode-transfer.ts";
import type { RawLog } from "./fill.ts";
import { POSITION_MANAGER } from "./infrastructure.ts";
import { logOf, user } from "./testdata/model-chain.ts";

const SINGLE =
  "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)";
const BATCH =
  "event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)";
const [A, B, C] = [user(0), user(1), user(2)] as [Address, Address, Address];

const id = fc.bigInt({ min: 1n, max: (1n << 256n) - 1n });
const amount = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }));

describe("ERC-1155 transfers", () => {
  test("topics are the hashes of the signatures", () => {
    expect(toEventSelector(parseAbiItem(SINGLE))).toBe(TRANSFER_SINGLE);
    expect(toEventSelector(parseAbiItem(BATCH))).toBe(TRANSFER_BATCH);
  });

  test("a batch is its movements in order, without those of nothing; a single one is a batch of one", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(id, amount), { maxLength: 8 }), fc.boolean(), (moves, legacy) => {
        const contract = legacy ? CONDITIONAL_TOKENS : POSITION_MANAGER;
        const args = [A, B, C, moves.map(([token]) => token), moves.map(([, value]) => value)];
        const expected = moves
          .filter(([, value]) => value > 0n)
          .map(([token, value]) => ({
            ledger: legacy ? "conditionalTokens" : "positionManager",
            operator: A,
            from: B,
            to: C,
            tokenId: token.toString(),
            amount: value,
            logIndex: 4,
            blockNumber: 90_000_000,
          }));
        expect(decodeTransfer(logOf(contract, BATCH, args, 4))).toEqual(expected);
        const singles = moves.flatMap(
          ([token, value]) => decodeTransfer(logOf(contract, SINGLE, [A, B, C, token, value], 4)) ?? [],
        );
        expect(singles).toEqual(expected);
      }),
    );
  });

  test("nothing of id zero, which anybody can transfer, is no movement and no error", () => {
    expect(decodeTransfer(logOf(CONDITIONAL_TOKENS, SINGLE, [A, B, C, 0n, 0n], 0))).toEqual([]);
    expect(() => decodeTransfer(logOf(CONDITIONAL_TOKENS, SINGLE, [A, B, C, 0n, 1n], 0))).toThrow(PayloadError);
  });

  test("another ERC-1155 is not the venue's", () => {
    expect(decodeTransfer(logOf(NEG_RISK_ADAPTER, SINGLE, [A, B, C, 1n, 1n], 0))).toBeNull();
  });

  test("arrays of different lengths, strange offsets, other lengths and dirty topics are PayloadErrors", () => {
    const good = logOf(CONDITIONAL_TOKENS, BATCH, [A, B, C, [1n, 2n], [3n, 4n]], 0);
    const uneven = encodeAbiParameters([{ type: "uint256[]" }, { type: "uint256[]" }], [[1n, 2n, 3n], [4n]]);
    const bad: readonly RawLog[] = [
      { ...good, data: uneven },
      { ...good, data: good.data.replace("0000040", "0000060") },
      { ...good, data: `${good.data}00` },
      { ...good, data: good.data.slice(0, -64) },
      { ...good, data: `${good.data}${"0".repeat(64)}` },
      { ...good, data: "0x" },
      { ...good, topics: good.topics.slice(0, 3) },
      { ...good, topics: good.topics.with(2, good.topics[2]?.replace("0x0", "0x1") as string) },
      { ...good, data: good.data.replace(/.$/, "g") },
      { ...good, topics: good.topics.with(0, TRANSFER_SINGLE) },
    ];
    for (const log of bad) expect(() => decodeTransfer(log)).toThrow(PayloadError);
  });

  test("any words under the batch's topic are movements that encode back to them, or a PayloadError", () => {
    const words = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 200n }), id), { maxLength: 12 });
    fc.assert(
      fc.property(words, (values) => {
        const data = `0x${values.map((value) => value.toString(16).padStart(64, "0")).join("")}`;
        try {
          const moved = decodeTransfer({ ...logOf(CONDITIONAL_TOKENS, BATCH, [A, B, C, [], []], 0), data });
          expect(moved?.length).toBeLessThanOrEqual((values.length - 4) / 2);
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
        }
      }),
    );
    expect(parseAddress(A)).toBe(A);
  });
});
