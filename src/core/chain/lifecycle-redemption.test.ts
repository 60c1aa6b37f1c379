import { describe, expect, test } from "vitest";
import { A, attribute, B, CTF, change, holding } from "./testdata/attribute.ts";
import { CTF_ADAPTERS, negRiskEvent, negRiskRedeem } from "./testdata/model-adapters.ts";
import { ctfMarket, ctfRedeem, ModelChain, type ModelMarket } from "./testdata/model-chain.ts";

const MARKET = ctfMarket("a market", false);
const NEG_RISK = negRiskEvent("an event", 4, 100n);
const [YES, NO] = MARKET.tokens;

describe("redemptions", () => {
  test("token amounts of a redemption are those burned, with the outcome computed where only one was held", () => {
    const chain = new ModelChain();
    chain.payouts.set(MARKET.id, [1n, 1n]);
    chain.balances.set(`${CTF} ${A} ${NO}`, 9n);
    ctfRedeem(chain, A, MARKET, [1n, 2n]);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "redeem", given: [change(NO, MARKET.id, 1, 9n)], cash: 4n },
    ]);
  });

  test("a losing position redeemed for nothing is a redemption, one of nothing is not", () => {
    const chain = new ModelChain();
    chain.payouts.set(MARKET.id, [0n, 1n]);
    ctfRedeem(chain, A, MARKET, [1n, 2n]);
    chain.balances.set(`${CTF} ${B} ${YES}`, 9n);
    ctfRedeem(chain, B, MARKET, [1n]);
    expect(attribute(chain.logs)).toMatchObject({
      effects: [{ wallet: B, given: [change(YES, MARKET.id, 0, 9n)], cash: 0n }],
      unattributed: [],
    });
  });

  test("tokens of several users redeemed in one call are paid in proportion, to the micro", () => {
    const adapter = CTF_ADAPTERS[0] as typeof A;
    const chain = holding([MARKET], 0n);
    chain.payouts.set(MARKET.id, [1n, 1n]);
    chain.balances.set(`${CTF} ${A} ${YES}`, 5n).set(`${CTF} ${B} ${YES}`, 6n);
    chain.single(CTF, { operator: adapter, from: A, to: adapter }, YES, 5n);
    chain.single(CTF, { operator: adapter, from: B, to: adapter }, YES, 6n);
    ctfRedeem(chain, adapter, MARKET, [1n, 2n]);
    expect(attribute(chain.logs).effects).toMatchObject([
      { wallet: A, given: [{ amount: 5n }], cash: 3n },
      { wallet: B, given: [{ amount: 6n }], cash: 2n },
    ]);
  });

  test("both outcomes of several users in one redemption cannot be told apart, and are reported", () => {
    const adapter = CTF_ADAPTERS[0] as typeof A;
    const chain = holding([MARKET], 5n);
    chain.payouts.set(MARKET.id, [1n, 0n]);
    chain.single(CTF, { operator: adapter, from: A, to: adapter }, YES, 5n);
    chain.single(CTF, { operator: adapter, from: B, to: adapter }, NO, 5n);
    ctfRedeem(chain, adapter, MARKET, [1n, 2n]);
    expect(attribute(chain.logs)).toMatchObject({ effects: [], unattributed: [{ reason: "REDEMPTION_SHARED" }] });
  });

  test("a redemption at the NegRiskAdapter pays what the adapter paid", () => {
    const market = NEG_RISK.markets[0] as ModelMarket;
    const chain = holding([market], 30n);
    chain.payouts.set(market.id, [0n, 1n]);
    negRiskRedeem(chain, A, market, [10n, 20n]);
    expect(attribute(chain.logs).effects).toMatchObject([
      {
        kind: "redeem",
        wallet: A,
        given: [change(market.tokens[0], market.id, 0, 10n), change(market.tokens[1], market.id, 1, 20n)],
        cash: 20n,
      },
    ]);
  });
});
