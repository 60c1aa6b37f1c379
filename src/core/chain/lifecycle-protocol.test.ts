import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../ids/ids.ts";
import { BINARY_MODULE, COMBINATORIAL_MODULE, ROUTER, ZERO_ADDRESS } from "./infrastructure.ts";
import { attributeLifecycle } from "./lifecycle.ts";
import { decodeLifecycle } from "./lifecycle-event.ts";
import { ModelChain, user } from "./testdata/model-chain.ts";
import { BASE, CHILD_NO, CHILD_YES, STEPS, takeStep, UNDERLYING } from "./testdata/model-combos.ts";
import {
  burn,
  handOver,
  mint,
  moduleMerge,
  moduleRedeem,
  moduleSplit,
  protocolMarket,
} from "./testdata/model-modules.ts";

const A = user(0);
const B = user(1);
const PM = "positionManager";
const MARKET = protocolMarket(1, "a market");

function attribute(chain: ModelChain) {
  const events = chain.logs.map(decodeLifecycle).filter((event) => event !== null);
  return attributeLifecycle({ events, fills: [] }, { negRiskMarket: () => null });
}

function holding(...held: readonly (readonly [Address, string])[]): ModelChain {
  const chain = new ModelChain();
  for (const [wallet, token] of held) chain.balances.set(`${PM} ${wallet} ${token}`, 1_000n);
  return chain;
}

describe("combos", () => {
  test.each(STEPS)("$name is a conversion of the user, in a class of its own", (step) => {
    const chain = new ModelChain();
    takeStep(chain, A, step, 100n);
    const { effects, unattributed } = attribute(chain);
    expect(unattributed).toEqual([]);
    expect(effects).toMatchObject([
      {
        kind: "convert",
        assetClass: "combo",
        wallet: A,
        given: step.given.map((tokenId) => ({ tokenId, amount: 100n })),
        received: step.received.map((tokenId) => ({ tokenId, amount: 100n })),
        cash: step.cash ?? 0n,
      },
    ]);
  });

  test("a compression that leaves no position is a redemption", () => {
    const [yes] = BASE.tokens;
    const chain = holding([A, yes]);
    handOver(chain, ROUTER, A, COMBINATORIAL_MODULE, [yes], 100n);
    burn(chain, COMBINATORIAL_MODULE, [yes], 100n);
    const signature =
      "event Compressed(address indexed user, uint256 indexed oldPositionId, uint256 indexed newPositionId, address recipient, uint256 amount, uint256 positionAmount, uint256 collateralOut)";
    chain.emit(COMBINATORIAL_MODULE, signature, [ROUTER, BigInt(yes), 0n, A, 100n, 0n, 70n]);
    expect(attribute(chain).effects).toMatchObject([{ kind: "redeem", assetClass: "combo", wallet: A, cash: 70n }]);
  });

  test("what one step of a routed call makes for the next is booked in and out to the user who called it", () => {
    const chain = new ModelChain();
    const [, baseNo] = BASE.tokens;
    moduleSplit(chain, ROUTER, BASE, 50n, A, COMBINATORIAL_MODULE);
    mint(chain, COMBINATORIAL_MODULE, COMBINATORIAL_MODULE, CHILD_NO.tokens[1], 50n);
    mint(chain, COMBINATORIAL_MODULE, A, CHILD_YES.tokens[0], 50n);
    burn(chain, COMBINATORIAL_MODULE, [baseNo], 50n);
    const extracted = STEPS.find(({ name }) => name === "extract");
    chain.emit(COMBINATORIAL_MODULE, extracted?.signature as string, extracted?.args(ROUTER, A, 50n) ?? []);
    chain.payouts.set(CHILD_NO.id, [0n, 1_000_000n]);
    moduleRedeem(chain, ROUTER, CHILD_NO, 1, 50n, A);
    const { effects, unattributed } = attribute(chain);
    expect(unattributed).toEqual([]);
    expect(effects).toMatchObject([
      { kind: "split", wallet: A, cash: -50n },
      { kind: "convert", wallet: A, given: [{ tokenId: baseNo }], received: [{ tokenId: CHILD_NO.tokens[1] }, {}] },
      { kind: "redeem", wallet: A, given: [{ tokenId: CHILD_NO.tokens[1] }], cash: 50n },
    ]);
  });

  test("moving a combo is a transfer of its class", () => {
    const chain = holding([A, BASE.tokens[0]], [A, UNDERLYING.tokens[0]]);
    chain.single(PM, { operator: A, from: A, to: B }, BASE.tokens[0], 5n);
    chain.single(PM, { operator: A, from: A, to: B }, UNDERLYING.tokens[0], 5n);
    expect(attribute(chain).effects).toMatchObject([
      { kind: "transfer", assetClass: "combo", from: A, to: B, change: { marketId: BASE.id, outcome: 0 } },
      { kind: "transfer", assetClass: "market", from: A, to: B, change: { marketId: UNDERLYING.id, outcome: 0 } },
    ]);
  });
});

describe("modules", () => {
  test("a contract that only calls for others is not the one who merged", () => {
    const chain = holding([A, MARKET.tokens[0]], [A, MARKET.tokens[1]]);
    handOver(chain, B, A, BINARY_MODULE, MARKET.tokens, 10n);
    moduleMerge(chain, B, MARKET, 10n, A);
    expect(attribute(chain).effects).toMatchObject([{ kind: "merge", wallet: A, cash: 10n }]);
  });

  test("who splits for two recipients has split, and hands the other token on", () => {
    const chain = new ModelChain();
    moduleSplit(chain, A, MARKET, 10n, A, B);
    expect(attribute(chain).effects).toMatchObject([
      { kind: "split", wallet: A, cash: -10n, ordinal: 0 },
      { kind: "transfer", from: A, to: B, change: { tokenId: MARKET.tokens[1], outcome: 1, amount: 10n }, ordinal: 1 },
    ]);
  });

  test("two wallets' tokens in one merge: the other's are transferred first", () => {
    const chain = holding([A, MARKET.tokens[0]], [B, MARKET.tokens[1]]);
    handOver(chain, A, A, BINARY_MODULE, [MARKET.tokens[0]], 10n);
    handOver(chain, B, B, BINARY_MODULE, [MARKET.tokens[1]], 10n);
    moduleMerge(chain, A, MARKET, 10n, A);
    expect(attribute(chain).effects).toMatchObject([
      { kind: "transfer", from: B, to: A, change: { tokenId: MARKET.tokens[1] } },
      { kind: "merge", wallet: A, cash: 10n },
    ]);
  });

  test("left-over tokens that a module held from before come from the module", () => {
    const chain = holding([BINARY_MODULE, MARKET.tokens[1]], [A, MARKET.tokens[0]]);
    handOver(chain, A, A, BINARY_MODULE, [MARKET.tokens[0]], 10n);
    moduleMerge(chain, A, MARKET, 10n, A);
    expect(attribute(chain).effects).toMatchObject([
      { kind: "transfer", from: BINARY_MODULE, to: A, change: { tokenId: MARKET.tokens[1], amount: 10n } },
      { kind: "merge", wallet: A },
    ]);
  });

  test("positions that arrive from another chain, or leave for it, are transfers from and to the module", () => {
    const [yes, no] = MARKET.tokens;
    const chain = holding([A, no]);
    mint(chain, BINARY_MODULE, A, yes, 7n);
    chain.emit(
      BINARY_MODULE,
      "event BridgePositionMinted(address indexed to, uint256 indexed positionId, uint256 amount)",
      [A, BigInt(yes), 7n],
    );
    handOver(chain, ROUTER, A, BINARY_MODULE, [no], 8n);
    chain.batch(PM, { operator: BINARY_MODULE, from: BINARY_MODULE, to: ZERO_ADDRESS }, [no], [8n]);
    chain.emit(BINARY_MODULE, "event BridgePositionsBurned(uint256[] positionIds, uint256[] amounts)", [
      [BigInt(no)],
      [8n],
    ]);
    expect(attribute(chain).effects).toMatchObject([
      { kind: "transfer", from: BINARY_MODULE, to: A, change: { tokenId: yes, amount: 7n } },
      { kind: "transfer", from: A, to: BINARY_MODULE, change: { tokenId: no, amount: 8n } },
    ]);
  });

  test("tokens handed to a module that does nothing with them are a transfer to it", () => {
    const chain = holding([A, MARKET.tokens[0]]);
    handOver(chain, ROUTER, A, BINARY_MODULE, [MARKET.tokens[0]], 9n);
    expect(attribute(chain).effects).toMatchObject([{ kind: "transfer", from: A, to: BINARY_MODULE }]);
  });

  test("a module that is not known may be a stranger: minting without its event is reported", () => {
    const chain = new ModelChain();
    const unknown = parseAddress(`0x${"4".repeat(40)}`);
    mint(chain, unknown, A, MARKET.tokens[0], 9n);
    expect(attribute(chain)).toMatchObject({
      effects: [],
      unattributed: [{ reason: "SUPPLY_WITHOUT_EVENT", logIndex: 0 }],
    });
  });
});
