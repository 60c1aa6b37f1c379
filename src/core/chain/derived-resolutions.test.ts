import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PayloadError } from "../errors.ts";
import type { MarketId } from "../ids/ids.ts";
import { type DecodedEvent, decodeEvent } from "./decode-event.ts";
import { type DerivedFrom, deriveResolutions, marketsOfEvent, protocolResolution } from "./derived-resolutions.ts";
import { EVENT_SIGNATURES } from "./event-signatures.ts";
import { NEG_RISK_MODULE } from "./infrastructure.ts";
import { decodePositionId, type ProtocolEventId, positionTokens } from "./position-id.ts";
import { logOf } from "./testdata/model-chain.ts";
import { eventIdOf, protocolEvent } from "./testdata/model-modules.ts";

const { conditionResolved, remainingDerivableAsNo, syntheticDerivableAsYes } = EVENT_SIGNATURES.module;
const decoded = <N extends DecodedEvent["name"]>(signature: string, args: readonly unknown[]): DecodedEvent<N> =>
  decodeEvent(logOf(NEG_RISK_MODULE, signature, args, 12)) as DecodedEvent<N>;

const EVENT = protocolEvent("who wins", 5);
const IDS = EVENT.map(({ id }) => id);
const EVENT_ID = eventIdOf(EVENT[0] as (typeof EVENT)[number]) as string as ProtocolEventId;
const remaining = decoded<"remainingDerivableAsNo">(remainingDerivableAsNo, [EVENT_ID]);
const NO = [0n, 1_000_000n];

describe("resolutions of Protocol V2", () => {
  test("an event's markets are those its positions name, the synthetic one last", () => {
    expect(marketsOfEvent(EVENT_ID)).toEqual(IDS);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 300 }), (seed, arity) => {
        const markets = protocolEvent(seed, arity);
        const parts = markets.map(({ tokens }) => decodePositionId(tokens[0]));
        expect(marketsOfEvent(parts[0]?.eventId as ProtocolEventId)).toEqual(
          parts.map(({ conditionId }) => conditionId),
        );
        expect(parts.map(({ conditionIndex }) => conditionIndex)).toEqual([...parts.keys()]);
      }),
      { numRuns: 20 },
    );
  });

  test("after a winner every market without a result pays NO, Other included, and none twice", () => {
    const isResolved = (id: MarketId): boolean => id === IDS[1] || id === IDS[3];
    const derived = deriveResolutions(remaining, isResolved, false);
    expect(derived.map(({ marketId }) => marketId)).toEqual([IDS[0], IDS[2], IDS[4], IDS[5]]);
    expect(
      derived.every(({ payoutNumerators, isDerived }) => isDerived && String(payoutNumerators) === String(NO)),
    ).toBe(true);
    expect(derived[0]).toMatchObject({ blockNumber: 90_000_000, logIndex: 12 });
  });

  test("in an event taken over from the legacy contracts only Other is derived: the others are read from there", () => {
    expect(deriveResolutions(remaining, (id) => id === IDS[0], true)).toMatchObject([
      { marketId: IDS[5], payoutNumerators: NO },
    ]);
  });

  test("when every real market paid NO, Other pays YES, unless it has its result already", () => {
    const signal: DerivedFrom = decoded<"syntheticDerivableAsYes">(syntheticDerivableAsYes, [EVENT_ID, IDS[5]]);
    expect(deriveResolutions(signal, (id) => id !== IDS[5], false)).toMatchObject([
      { marketId: IDS[5], payoutNumerators: [1_000_000n, 0n] },
    ]);
    expect(deriveResolutions(signal, () => true, false)).toEqual([]);
  });

  test("each market of an event ends with exactly one payout, and the payouts of YES make up one", () => {
    fc.assert(
      fc.property(fc.option(fc.nat(4)), fc.boolean(), (winner, early) => {
        // Markets resolved by a log of their own: the winner, and those before it.
        const own = new Map(IDS.slice(0, winner === null ? 5 : early ? 0 : winner).map((id) => [id as MarketId, NO]));
        if (winner !== null) own.set(IDS[winner] as MarketId, [1_000_000n, 0n]);
        const signal =
          winner === null ? decoded<"syntheticDerivableAsYes">(syntheticDerivableAsYes, [EVENT_ID, IDS[5]]) : remaining;
        const derived = deriveResolutions(signal, (id) => own.has(id), false);
        const all = [...own, ...derived.map(({ marketId, payoutNumerators }) => [marketId, payoutNumerators] as const)];
        expect(all.map(([id]) => id).sort()).toEqual([...IDS].sort());
        expect(all.reduce((sum, [, numerators]) => sum + (numerators[0] as bigint), 0n)).toBe(1_000_000n);
      }),
    );
  });

  test("a result of two payouts that make up the whole is a resolution; anything else is a PayloadError", () => {
    const resolved = (result: readonly bigint[]) => decoded<"conditionResolved">(conditionResolved, [IDS[0], result]);
    expect(protocolResolution(resolved([250_000n, 750_000n]))).toMatchObject({
      marketId: IDS[0],
      payoutNumerators: [250_000n, 750_000n],
      isDerived: false,
    });
    for (const result of [[], [1_000_000n], [1n, 0n], [500_000n, 500_000n, 0n]]) {
      expect(() => protocolResolution(resolved(result))).toThrow(PayloadError);
    }
    expect(positionTokens(IDS[0] as MarketId)).toHaveLength(2);
  });
});
