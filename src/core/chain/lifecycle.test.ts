import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type MarketId, parseAddress, parseBlockHash, parseTxHash, type TokenId } from "../ids/ids.ts";
import { findImbalances } from "./conservation.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER, USDC_E } from "./contracts.ts";
import { decodeFill, isFillTopic } from "./decode-fill.ts";
import type { RawLog } from "./fill.ts";
import { NEG_RISK_VAULT, NO_TOKEN_BURN_ADDRESS, ZERO_ADDRESS } from "./infrastructure.ts";
import { attributeLifecycle, type LifecycleContext } from "./lifecycle.ts";
import { decodeLifecycle } from "./lifecycle-event.ts";
import {
  adapterConvert,
  adapterMerge,
  adapterRedeem,
  adapterSplit,
  CTF_ADAPTERS,
  NEG_RISK_CTF_ADAPTERS,
  negRiskConvert,
  negRiskEvent,
  negRiskMerge,
  negRiskRedeem,
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

const A = user(0);
const B = user(1);
const CTF = "conditionalTokens";
const MARKET = ctfMarket("a market", false);
const NEG_RISK = negRiskEvent("an event", 4, 100n);
const [YES, NO] = MARKET.tokens;
const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");

const NOTHING_KNOWN: LifecycleContext = { negRiskMarket: () => null };

function attribute(logs: readonly RawLog[], context = NOTHING_KNOWN) {
  const events = logs.map(decodeLifecycle).filter((event) => event !== null);
  const fills = logs.filter(({ topics }) => isFillTopic(topics[0])).map(decodeFill);
  return attributeLifecycle({ events, fills }, context);
}

function holding(markets: readonly ModelMarket[], amount = 1_000n): ModelChain {
  const chain = new ModelChain();
  for (const { tokens } of markets) {
    for (const token of tokens) for (const each of [A, B]) chain.balances.set(`${CTF} ${each} ${token}`, amount);
  }
  return chain;
}

const change = (tokenId: TokenId, marketId: MarketId, outcome: 0 | 1, amount: bigint) => ({
  tokenId,
  marketId,
  outcome,
  amount,
});

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

describe("transfers", () => {
  test("between users: one effect for each token, the market left to whoever knows the token", () => {
    const chain = holding([MARKET]);
    chain.batch(CTF, { operator: A, from: A, to: B }, MARKET.tokens, [3n, 4n]);
    const unknown = { marketId: null, outcome: null };
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "transfer", from: A, to: B, change: { tokenId: YES, amount: 3n, ...unknown }, ordinal: 0 },
      { kind: "transfer", from: A, to: B, change: { tokenId: NO, amount: 4n, ...unknown }, ordinal: 1 },
    ]);
  });

  test("to an exchange without a trade, and from the vault, have infrastructure on one side", () => {
    const chain = holding([MARKET]);
    chain.balances.set(`${CTF} ${NEG_RISK_VAULT} ${YES}`, 3n);
    chain.single(CTF, { operator: A, from: A, to: V2 }, YES, 3n);
    chain.single(CTF, { operator: B, from: NEG_RISK_VAULT, to: B }, YES, 3n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "transfer", from: A, to: V2 },
      { kind: "transfer", from: NEG_RISK_VAULT, to: B },
    ]);
  });

  test("a split whose tokens are sent on in the same transaction is a split and transfers", () => {
    const chain = new ModelChain();
    adapterSplit(chain, CTF_ADAPTERS[1] as typeof A, A, MARKET, 8n);
    chain.single(CTF, { operator: A, from: A, to: B }, YES, 8n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "split", wallet: A },
      { kind: "transfer", from: A, to: B, change: { tokenId: YES } },
    ]);
  });
});

describe("conversions", () => {
  const facts = (questionCount: number, feeBips = 100n): LifecycleContext => ({
    negRiskMarket: () => ({ questionCount, feeBips }),
  });
  const [first, second, third, fourth] = NEG_RISK.markets as readonly [
    ModelMarket,
    ModelMarket,
    ModelMarket,
    ModelMarket,
  ];

  test("give k NO for n−k YES and (k−1) of collateral, all less the fee", () => {
    for (const context of [NOTHING_KNOWN, facts(4)]) {
      const chain = holding(NEG_RISK.markets);
      negRiskConvert(chain, A, NEG_RISK, 0b1011n, 1_000n);
      expect(attribute(chain.logs, context)).toMatchObject({
        effects: [
          {
            kind: "convert",
            wallet: A,
            given: [first, second, fourth].map(({ id, tokens }) => change(tokens[1], id, 1, 1_000n)),
            received: [change(third.tokens[0], third.id, 0, 990n)],
            cash: 1_980n,
          },
        ],
        unattributed: [],
      });
    }
  });

  test("through the collateral adapter they are the user's, not the adapter's", () => {
    const chain = holding(NEG_RISK.markets);
    adapterConvert(chain, NEG_RISK_CTF_ADAPTERS[0] as typeof A, A, NEG_RISK, 1n, 500n);
    const { effects, unattributed } = attribute(chain.logs);
    expect(unattributed).toEqual([]);
    expect(effects).toMatchObject([
      { kind: "convert", wallet: A, given: [{ amount: 500n }], received: [{ amount: 495n }, {}, {}], cash: 0n },
    ]);
    expect(effects).toHaveLength(1);
  });

  test("of every question show no fee in tokens: it is taken from the market's, or the conversion is reported", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskConvert(chain, A, NEG_RISK, 0b1111n, 1_000n);
    expect(attribute(chain.logs, facts(4)).effects).toMatchObject([{ kind: "convert", received: [], cash: 2_970n }]);
    expect(attribute(chain.logs)).toMatchObject({ effects: [], unattributed: [{ reason: "CONVERSION_FEE_UNKNOWN" }] });
  });

  test("that do not fit the number of questions at that block are reported, not guessed", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskConvert(chain, A, NEG_RISK, 0b0011n, 1_000n);
    expect(attribute(chain.logs, facts(5))).toMatchObject({
      effects: [],
      unattributed: [{ reason: "QUESTION_COUNT_DIFFERS" }],
    });
  });

  test("beside a split by the same user in one transaction, each keeps its own tokens", () => {
    const chain = holding(NEG_RISK.markets);
    negRiskSplit(chain, A, third, 1_000n);
    negRiskConvert(chain, A, NEG_RISK, 0b0011n, 1_000n);
    negRiskMerge(chain, A, fourth, 700n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "split", received: [change(third.tokens[0], third.id, 0, 1_000n), {}] },
      {
        kind: "convert",
        received: [change(third.tokens[0], third.id, 0, 990n), change(fourth.tokens[0], fourth.id, 0, 990n)],
        cash: 990n,
      },
      { kind: "merge", cash: 700n },
    ]);
  });

  test("NO that a user sends to the burn address is a transfer, not a conversion", () => {
    const chain = holding(NEG_RISK.markets);
    chain.single(CTF, { operator: A, from: A, to: NO_TOKEN_BURN_ADDRESS }, first.tokens[1], 4n);
    expect(attribute(chain.logs).effects).toMatchObject([{ kind: "transfer", to: NO_TOKEN_BURN_ADDRESS }]);
  });
});

describe("missing logs", () => {
  const whole = (): readonly RawLog[] => {
    const chain = holding([...NEG_RISK.markets, MARKET]);
    chain.payouts.set(MARKET.id, [1n, 0n]);
    adapterSplit(chain, CTF_ADAPTERS[0] as typeof A, A, MARKET, 11n);
    negRiskMerge(chain, B, NEG_RISK.markets[2] as ModelMarket, 13n);
    negRiskConvert(chain, A, NEG_RISK, 0b0101n, 170n);
    adapterRedeem(chain, CTF_ADAPTERS[1] as typeof A, B, MARKET);
    return chain.logs;
  };

  test("whichever one log is left out, it is reported, or the effects are the same", () => {
    const logs = whole();
    const effectsOf = (some: readonly RawLog[]) =>
      attribute(some).effects.map((effect) => ({ ...effect, blockNumber: 0, logIndex: 0, ordinal: 0 }));
    const movementsOf = (some: readonly RawLog[]) =>
      some.map(decodeLifecycle).flatMap((event) => (event?.name === "transfer" ? event.movements : []));
    const complete = effectsOf(logs);
    expect(complete.map(({ kind }) => kind)).toEqual(["split", "merge", "convert", "redeem"]);
    for (const left of logs.keys()) {
      const rest = logs.toSpliced(left, 1);
      const { effects, unattributed } = attribute(rest);
      const isReported = unattributed.length > 0 || findImbalances(movementsOf(rest), [], effects).length > 0;
      if (!isReported) expect([left, effectsOf(rest)]).toEqual([left, complete]);
    }
  });

  test("an event whose tokens were not seen is reported", () => {
    const chain = new ModelChain();
    negRiskSplit(chain, A, NEG_RISK.markets[0] as ModelMarket, 5n);
    expect(attribute(chain.logs.slice(-1))).toMatchObject({
      effects: [],
      unattributed: [{ reason: "EVENT_WITHOUT_SUPPLY" }],
    });
  });
});

const VECTORS = "../shared/vectors/negrisk.json";
type Vector = {
  name: string;
  log: {
    address: string;
    blockNumber: number;
    transactionHash: string;
    logIndex: number;
    topics: string[];
    data: string;
  };
  decoded: { event: string; args: Record<string, string> };
};

describe.skipIf(!existsSync(VECTORS))("recorded logs of the NegRiskAdapter (needs the recorded vectors)", () => {
  const vectors = existsSync(VECTORS)
    ? (JSON.parse(readFileSync(VECTORS, "utf8")) as { vectors: Vector[] }).vectors
    : [];
  const raw = ({ log }: Vector): RawLog => ({
    address: parseAddress(log.address),
    topics: log.topics,
    data: log.data,
    blockNumber: log.blockNumber,
    blockHash: parseBlockHash(`0x${"0".repeat(64)}`),
    txHash: parseTxHash(log.transactionHash),
    txIndex: 0,
    logIndex: log.logIndex,
  });

  test.each(vectors)("$name decodes to its expected value", (vector) => {
    const decoded = decodeLifecycle(raw(vector));
    if (decoded?.name !== "negRisk") throw new Error("not an event of the NegRiskAdapter");
    const { stakeholder, conditionId, marketId, indexSet, amount } = vector.decoded.args;
    const group = decoded.event.kind === "convert" ? decoded.event.negRiskMarketId : decoded.event.marketId;
    expect(decoded.event).toMatchObject({ stakeholder: stakeholder?.toLowerCase(), amount: BigInt(amount as string) });
    expect(group).toBe(conditionId ?? marketId);
    if (decoded.event.kind === "convert") expect(decoded.event.indexSet).toBe(BigInt(indexSet as string));
  });

  test("with the logs around them that the contracts emit, the split is a match's, the merge and the conversion a user's", () => {
    const [split, merge, convert] = vectors as [Vector, Vector, Vector];
    const wallet = (vector: Vector) => parseAddress(vector.decoded.args.stakeholder as string);
    const market = (vector: Vector) => ctfMarket("", true, vector.decoded.args.conditionId as string);
    const amount = (vector: Vector) => BigInt(vector.decoded.args.amount as string);
    const around = (vector: Vector, run: (chain: ModelChain) => void) => {
      const chain = new ModelChain();
      run(chain);
      const last = chain.logs.at(-1) as RawLog;
      expect([last.address, last.topics, last.data]).toEqual([
        raw(vector).address,
        raw(vector).topics,
        raw(vector).data,
      ]);
      return attribute(chain.logs);
    };
    expect(around(split, (chain) => negRiskSplit(chain, wallet(split), market(split), amount(split)))).toEqual({
      effects: [],
      unattributed: [],
    });
    const merged = around(merge, (chain) => {
      for (const token of market(merge).tokens) chain.balances.set(`${CTF} ${wallet(merge)} ${token}`, amount(merge));
      negRiskMerge(chain, wallet(merge), market(merge), amount(merge));
    });
    expect(merged.effects).toMatchObject([{ kind: "merge", wallet: wallet(merge), cash: 10_000_000n }]);
    const id = convert.decoded.args.marketId as string;
    const event = { ...negRiskEvent(id, 3, 0n, id), id };
    const converted = around(convert, (chain) => {
      chain.balances.set(`${CTF} ${wallet(convert)} ${event.markets[0]?.tokens[1]}`, amount(convert));
      negRiskConvert(chain, wallet(convert), event, 1n, amount(convert));
    });
    expect(converted.effects).toMatchObject([
      { kind: "convert", wallet: wallet(convert), given: [{}], received: [{}, {}], cash: 0n },
    ]);
  });
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
