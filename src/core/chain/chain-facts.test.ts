import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../ids/ids.ts";
import { decodeFacts } from "./chain-facts.ts";
import { NEG_RISK_ADAPTER } from "./contracts.ts";
import { familyOf } from "./decode-owner.ts";
import { NEG_RISK_MODULE, POSITION_MANAGER, PROXY_FACTORY, RELAY_HUB, SAFE_FACTORY } from "./infrastructure.ts";
import { negRiskFactsAt } from "./neg-risk-facts.ts";
import { logOf, user } from "./testdata/model-chain.ts";

const EXCHANGE = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
const CREATED = "event ProxyCreation(address proxy, address owner)";
const RELAYED =
  "event TransactionRelayed(address indexed relay, address indexed from, address indexed to, bytes4 selector, uint8 status, uint256 charge)";
const OPERATOR = "event NewOperator(address indexed newOperatorAddress, address indexed admin)";
const MARKET = "event MarketPrepared(bytes32 indexed marketId, address indexed oracle, uint256 feeBips, bytes data)";
const QUESTION =
  "event QuestionPrepared(bytes32 indexed marketId, bytes32 indexed questionId, uint256 index, bytes data)";
const UPGRADED = "event Upgraded(address indexed implementation)";
const ID = `0x${"31".repeat(31)}00`;

const relayed = (to: Address, at: number) => logOf(RELAY_HUB, RELAYED, [user(9), user(1), to, "0x12345678", 0, 0n], at);

describe("facts", () => {
  test("a Safe that was made and a call that was relayed name an owner", () => {
    const { owners, quarantined } = decodeFacts([
      logOf(SAFE_FACTORY, CREATED, [familyOf(user(2)).safe, user(2)], 0),
      relayed(PROXY_FACTORY, 1),
      relayed(user(5), 2),
      logOf(user(6), CREATED, [user(7), user(8)], 3),
    ]);
    expect(owners).toMatchObject([
      { owner: user(2), source: "safeCreated", logIndex: 0 },
      { owner: user(1), source: "proxyRelayed", logIndex: 3 - 2 },
    ]);
    expect(quarantined).toEqual([]);
  });

  test("a Safe at an address that is not its owner's is kept and believed by nobody", () => {
    const { owners, quarantined } = decodeFacts([logOf(SAFE_FACTORY, CREATED, [user(7), user(2)], 0)]);
    expect(owners).toEqual([]);
    expect(quarantined.map(({ reason }) => reason)).toEqual(["MALFORMED: a Safe that is not its owner's"]);
  });

  test("operators are labelled, new modules too, and upgrades are told", () => {
    const { labels, upgrades } = decodeFacts([
      logOf(EXCHANGE, OPERATOR, [user(3), user(4)], 0),
      logOf(POSITION_MANAGER, "event ModuleAdded(uint256 indexed moduleId, address indexed module)", [5n, user(5)], 1),
      logOf(NEG_RISK_MODULE, UPGRADED, [user(6)], 2),
      logOf(EXCHANGE, UPGRADED, [user(6)], 3),
    ]);
    expect(labels.map(({ address, kind }) => [address, kind])).toEqual([
      [user(3), "operator"],
      [user(5), "module"],
    ]);
    expect(upgrades).toMatchObject([{ address: NEG_RISK_MODULE, args: { implementation: user(6) } }]);
  });

  test("questions of a neg-risk market count up to the place that is asked for", () => {
    const { negRisk } = decodeFacts([
      logOf(NEG_RISK_ADAPTER, MARKET, [ID, user(1), 150n, "0x"], 0),
      logOf(NEG_RISK_ADAPTER, QUESTION, [ID, ID, 0n, "0x"], 5),
      logOf(NEG_RISK_ADAPTER, QUESTION, [ID, ID, 1n, "0x1234"], 10),
    ]);
    const at = (logIndex: number, before = new Map()) =>
      negRiskFactsAt(before, negRisk, { blockNumber: negRisk[0]?.blockNumber ?? 0, logIndex }, ID);
    expect([at(7), at(20)]).toEqual([
      { questionCount: 1, feeBips: 150n },
      { questionCount: 2, feeBips: 150n },
    ]);
    expect(at(0)).toBeNull();
    expect(negRiskFactsAt(new Map(), negRisk.slice(1), { blockNumber: 1e9, logIndex: 0 }, ID)).toBeNull();
    const before = new Map([[ID, { questionCount: 7, feeBips: 0n }]]);
    expect(negRiskFactsAt(before, negRisk.slice(1), { blockNumber: 1e9, logIndex: 0 }, ID)).toEqual({
      questionCount: 9,
      feeBips: 0n,
    });
  });
});
