import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PayloadError } from "../errors.ts";
import { parseMarketId, parseTokenId } from "../ids/ids.ts";
import { decodePositionId, isPositionToken, isProtocolCondition, positionTokens } from "./position-id.ts";

const compose = (
  module: bigint,
  baseHash: bigint,
  arity: bigint,
  chain: bigint,
  condition: bigint,
  outcome: bigint,
): string =>
  ((module << 248n) | (baseHash << 120n) | (arity << 104n) | (chain << 24n) | (condition << 8n) | outcome).toString();

describe("Protocol V2 position ids", () => {
  test("the two outcomes of a market seen at the venue differ in the lowest byte and share condition and event", () => {
    const yes = decodePositionId(
      parseTokenId("895257453734540292493143124621755605615887197499956109032745153687078305792"),
    );
    const no = decodePositionId(
      parseTokenId("895257453734540292493143124621755605615887197499956109032745153687078305793"),
    );
    expect([yes.outcomeIndex, no.outcomeIndex]).toEqual([0, 1]);
    expect(no.conditionId).toBe(yes.conditionId);
    expect(no.eventId).toBe(yes.eventId);
    expect(yes.module).toBe("binary");
    expect(isProtocolCondition(yes.conditionId)).toBe(true);
    expect(parseMarketId(yes.conditionId)).toBe(yes.conditionId);
  });

  test("every field is read back from where the layout puts it", () => {
    const uint = (width: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 4n }),
        uint(128),
        uint(16),
        uint(16),
        uint(16),
        fc.bigInt({ min: 0n, max: 1n }),
        (module, base, arity, chain, condition, outcome) => {
          const tokenId = parseTokenId(compose(module, base, arity, chain, condition, outcome));
          const parts = decodePositionId(tokenId);
          expect(parts.arity).toBe(Number(arity));
          expect(parts.conditionIndex).toBe(Number(condition));
          expect(positionTokens(parts.conditionId)[parts.outcomeIndex]).toBe(tokenId);
          expect(parts.conditionId.startsWith(parts.eventId)).toBe(true);
        },
      ),
    );
  });

  test("a CTF token id is refused, not misread", () => {
    const ctf = parseTokenId("102936224134271070189104847090829839924697394514566827387181305960175107677216");
    expect(() => decodePositionId(ctf)).toThrow(PayloadError);
    expect(isPositionToken(ctf)).toBe(false);
    // As a hash may begin and end like a position: what is reserved tells them apart.
    const alike = parseTokenId(BigInt(`0x01${"9f".repeat(30)}01`).toString());
    expect(isPositionToken(alike)).toBe(false);
    expect(
      positionTokens(parseMarketId(`0x02${"9f".repeat(18)}${"00".repeat(8)}00890103`)).map(isPositionToken),
    ).toEqual([true, true]);
  });
});
