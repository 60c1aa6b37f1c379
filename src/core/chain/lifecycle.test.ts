import { describe, expect, test } from "vitest";
import { parseAddress, type TokenId } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER, USDC_E } from "./contracts.ts";
import { ZERO_ADDRESS } from "./infrastructure.ts";
import { A, attribute, B, CTF, change, holding } from "./testdata/attribute.ts";
import {
  adapterMerge,
  adapterRedeem,
  adapterSplit,
  CTF_ADAPTERS,
  NEG_RISK_CTF_ADAPTERS,
  negRiskEvent,
  negRiskSplit,
} from "./testdata/model-adapters.ts";
import {
  ctfMarket,
  ctfMerge,
  ctfRedeem,
  ctfSplit,
  ModelChain,
  type ModelMarket,
  user,
} from "./testdata/model-chain.ts";
import { FEE_MODULE, match } from "./testdata/model-exchanges.ts";

const MARKET = ctfMarket("a market", false);
const NEG_RISK = negRiskEvent("an event", 4, 100n);
const [YES, NO] = MARKET.tokens;

describe("who split, merged or redeemed", () => {
  test.each([...CTF_ADAPTERS, ...NEG_RISK_CTF_ADAPTERS])(
    "through collateral adapter %s it is the user, once",
    (adapter) => {
      const market = NEG_RISK_CTF_ADAPTERS.includes(adapter) ? (NEG_RISK.markets[0] as ModelMarket) : MARKET;
      const chain = new ModelChain();
      chain.payouts.set(market.id, [1n, 0n]);
      adapterSplit(chain, adapter, A, market, 100n);
      adapterMerge(chain, adapter, A, market, 40n);
      adapterRedeem(chain, adapter, A, market);
      const both = (amount: bigint) =>
        market.tokens.map((token, outcome) => change(token, market.id, outcome as 0 | 1, amount));
      expect(attribute(chain.logs)).toMatchObject({
        effects: [
          { kind: "split", assetClass: "market", wallet: A, given: [], received: both(100n), cash: -100n },
          { kind: "merge", wallet: A, given: both(40n), received: [], cash: 40n },
          { kind: "redeem", wallet: A, given: both(60n), received: [], cash: 60n },
        ],
        unattributed: [],
      });
    },
  );

  test("an effect stands at the outermost event: the NegRiskAdapter's own, where there is one", () => {
    const chain = new ModelChain();
    negRiskSplit(chain, A, NEG_RISK.markets[0] as ModelMarket, 5n);
    const last = chain.logs.at(-1);
    expect(last?.address).toBe(NEG_RISK_ADAPTER);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "split", blockNumber: last?.blockNumber, logIndex: last?.logIndex },
    ]);
  });
});

describe("what is nobody's", () => {
  test("splits and merges inside a match, and the tokens that change hands in it", () => {
    for (const venue of ["V1", "V1 neg-risk", "V2", "V2 neg-risk"] as const) {
      const market = venue.includes("neg-risk") ? (NEG_RISK.markets[1] as ModelMarket) : MARKET;
      const chain = holding([market]);
      match(chain, {
        venue,
        market,
        taker: A,
        side: "BUY",
        outcome: 0,
        makers: [{ wallet: B, matching: "MINT", size: 9n }],
      });
      match(chain, {
        venue,
        market,
        taker: A,
        side: "SELL",
        outcome: 0,
        makers: [{ wallet: B, matching: "MERGE", size: 9n }],
      });
      match(chain, {
        venue,
        market,
        taker: A,
        side: "SELL",
        outcome: 0,
        makers: [{ wallet: B, matching: "COMPLEMENTARY", size: 9n }],
      });
      expect([venue, attribute(chain.logs)]).toEqual([venue, { effects: [], unattributed: [] }]);
    }
  });

  test("a fee in tokens that an exchange pays to who is no trader is a transfer to them", () => {
    const chain = holding([MARKET]);
    match(chain, {
      venue: "V1",
      market: MARKET,
      taker: A,
      side: "BUY",
      outcome: 0,
      makers: [{ wallet: B, matching: "MINT", size: 100n }],
    });
    const paid = chain.logs.findIndex(({ topics }) => topics[3]?.endsWith(FEE_MODULE.slice(2)));
    const operator = user(9);
    const logs = chain.logs.map((log, index) =>
      index === paid ? { ...log, topics: log.topics.with(3, `0x${"0".repeat(24)}${operator.slice(2)}`) } : log,
    );
    expect(attribute(logs).effects).toMatchObject([
      { kind: "transfer", to: operator, change: { tokenId: YES, amount: 10n } },
    ]);
  });

  test("another collateral, a deeper collection and a condition of three outcomes", () => {
    const foreign = { ...MARKET, collateral: parseAddress(`0x${"c".repeat(40)}`) };
    const chain = holding([MARKET]);
    ctfSplit(chain, A, foreign, 5n);
    ctfMerge(chain, A, foreign, 5n);
    chain.payouts.set(MARKET.id, [1n, 0n]);
    ctfRedeem(chain, A, foreign, [1n, 2n]);
    const signature =
      "event PositionSplit(address indexed stakeholder, address collateralToken, bytes32 indexed parentCollectionId, bytes32 indexed conditionId, uint256[] partition, uint256 amount)";
    const mint = (tokens: readonly string[]): void =>
      chain.batch(
        CTF,
        { operator: A, from: ZERO_ADDRESS, to: A },
        tokens as TokenId[],
        tokens.map(() => 5n),
      );
    chain.single(CTF, { operator: A, from: B, to: ZERO_ADDRESS }, NO, 5n);
    chain.logs.pop();
    const parent = `0x${"5".repeat(64)}`;
    mint(["11", "12"]);
    chain.emit(CONDITIONAL_TOKENS, signature, [A, USDC_E, parent, MARKET.id, [1n, 2n], 5n]);
    mint(["13", "14", "15"]);
    chain.emit(CONDITIONAL_TOKENS, signature, [A, USDC_E, `0x${"0".repeat(64)}`, MARKET.id, [1n, 2n, 4n], 5n]);
    // Part of three: the token of their union is burned.
    chain.single(CTF, { operator: A, from: A, to: ZERO_ADDRESS }, "15" as TokenId, 5n);
    mint(["16", "17"]);
    chain.emit(CONDITIONAL_TOKENS, signature, [A, USDC_E, `0x${"0".repeat(64)}`, MARKET.id, [1n, 2n], 5n]);
    expect(attribute(chain.logs)).toEqual({ effects: [], unattributed: [] });
  });

  test("amounts beyond what any market can hold, and transfers to oneself", () => {
    const chain = new ModelChain();
    const huge = 1n << 200n;
    chain.balances.set(`${CTF} ${A} 99`, huge).set(`${CTF} ${A} ${YES}`, 1n);
    chain.single(CTF, { operator: A, from: A, to: B }, "99" as TokenId, huge);
    chain.single(CTF, { operator: A, from: A, to: A }, YES, 1n);
    expect(attribute(chain.logs).effects).toEqual([]);
  });
});
