import { describe, expect, test } from "vitest";
import type { MarketId, TokenId } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { legsOf } from "./effect-legs.ts";
import { NEG_RISK_VAULT } from "./infrastructure.ts";
import type { HoldingChange, LifecycleEffect } from "./lifecycle-effect.ts";
import { user } from "./testdata/model-chain.ts";

const change = (tokenId: string, amount: bigint): HoldingChange => ({
  tokenId: tokenId as TokenId,
  marketId: "0x01" as MarketId,
  outcome: 0,
  amount: shares(amount),
});
const place = { blockNumber: 1, logIndex: 2, ordinal: 0, assetClass: "market" } as const;
const summary = (effect: LifecycleEffect) => legsOf(effect).map(({ tokenId, amount, cash }) => [tokenId, amount, cash]);

describe("legs of effects", () => {
  test("complete sets are paid for by all tokens alike, the odd micros by the last", () => {
    const tokens = ["1", "2", "3"].map((token) => change(token, 11n));
    const wallet = user(1);
    expect(summary({ ...place, kind: "split", wallet, given: [], received: tokens, cash: usd(-11n) })).toEqual([
      ["1", 11n, -3n],
      ["2", 11n, -4n],
      ["3", 11n, -4n],
    ]);
    expect(summary({ ...place, kind: "merge", wallet, given: tokens.slice(1), received: [], cash: usd(11n) })).toEqual([
      ["2", -11n, 5n],
      ["3", -11n, 6n],
    ]);
  });

  test("the collateral of a conversion is on the first leg, so that all legs make up all of it", () => {
    const given = [change("1", 5n), change("2", 5n)];
    const effect = { kind: "convert", wallet: user(1), given, received: [change("3", 5n)], cash: usd(5n) } as const;
    expect(summary({ ...place, ...effect })).toEqual([
      ["1", -5n, 5n],
      ["2", -5n, 0n],
      ["3", 5n, 0n],
    ]);
  });

  test("a transfer is a leg of each of its wallets, and none of infrastructure", () => {
    const transfer = { ...place, kind: "transfer", from: user(1), change: change("1", 5n) } as const;
    expect(legsOf({ ...transfer, to: user(2) })).toMatchObject([
      { wallet: user(1), other: user(2), amount: -5n },
      { wallet: user(2), other: user(1), amount: 5n },
    ]);
    expect(legsOf({ ...transfer, to: NEG_RISK_VAULT })).toMatchObject([{ wallet: user(1), other: NEG_RISK_VAULT }]);
  });
});
