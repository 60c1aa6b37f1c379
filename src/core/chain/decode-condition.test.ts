import { describe, expect, test } from "vitest";
import type { PlacedLog } from "../../../test/support/fake-chain.ts";
import {
  encodeEvent,
  hash32,
  place,
  preparationLog,
  resolutionLog,
  wallet,
} from "../../../test/support/sample-logs.ts";
import { PayloadError } from "../errors.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "./contracts.ts";
import { decodeConditionPreparation, decodeConditionResolution } from "./decode-condition.ts";
import type { RawLog } from "./fill.ts";
import { conditionId } from "./token-ids.ts";

const oracle = wallet("oracle");
const raw = ([log]: readonly PlacedLog[]): RawLog => ({
  ...(log as PlacedLog),
  blockNumber: 4,
  blockHash: hash32("block") as RawLog["blockHash"],
});

describe("a market", () => {
  test("begins with the preparation of a condition of two outcomes", () => {
    expect(decodeConditionPreparation(raw(preparationLog("q", NEG_RISK_ADAPTER, 6)))).toEqual({
      blockNumber: 4,
      logIndex: 6,
      marketId: conditionId(NEG_RISK_ADAPTER, hash32("q")),
      oracle: NEG_RISK_ADAPTER,
      questionId: hash32("q"),
    });
  });

  test.each([[[1n, 0n]], [[0n, 1n]], [[1n, 1n]], [[10n ** 30n, 3n]]])(
    "ends with payouts, whatever their sum: %s",
    (payouts) => {
      expect(decodeConditionResolution(raw(resolutionLog("q", oracle, payouts, 2)))?.payoutNumerators).toEqual(payouts);
    },
  );

  test("with another number of outcomes is not of the venue", () => {
    const args = { conditionId: hash32("x"), oracle, questionId: hash32("q"), outcomeSlotCount: 3n };
    const prepared = place(CONDITIONAL_TOKENS, "tx", [encodeEvent("conditionPreparation", args)], 0);
    expect(decodeConditionPreparation(raw(prepared))).toBeNull();
    expect(decodeConditionResolution(raw(resolutionLog("q", oracle, [1n, 0n, 0n], 0)))).toBeNull();
  });
});

describe("what cannot come from the contract is an error", () => {
  test("an id that is not the hash of its parts", () => {
    const args = { conditionId: hash32("other"), oracle, questionId: hash32("q"), outcomeSlotCount: 2n };
    const prepared = place(CONDITIONAL_TOKENS, "tx", [encodeEvent("conditionPreparation", args)], 0);
    expect(() => decodeConditionPreparation(raw(prepared))).toThrow(PayloadError);
  });

  test("a resolution that pays nothing, or is cut", () => {
    expect(() => decodeConditionResolution(raw(resolutionLog("q", oracle, [0n, 0n], 0)))).toThrow(PayloadError);
    const cut = raw(resolutionLog("q", oracle, [1n, 0n], 0));
    expect(() => decodeConditionResolution({ ...cut, data: cut.data.slice(0, -64) })).toThrow(PayloadError);
  });

  test("the same event of another contract", () => {
    const foreign = { ...raw(preparationLog("q", oracle, 0)), address: wallet("copy") };
    expect(() => decodeConditionPreparation(foreign)).toThrow(PayloadError);
  });
});
