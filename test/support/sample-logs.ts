import { createHash } from "node:crypto";
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, parseAbiItem } from "viem";
import { CONDITIONAL_TOKENS } from "../../src/core/chain/contracts.ts";
import { conditionId } from "../../src/core/chain/token-ids.ts";
import { type Address, parseAddress, parseTxHash } from "../../src/core/ids/ids.ts";
import type { PlacedLog } from "./fake-chain.ts";

/** Logs as the contracts emit them, encoded by viem from the Solidity signatures: independent of our decoders. */

const SIGNATURES = {
  orderFilledV1:
    "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint256 makerAssetId, uint256 takerAssetId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee)",
  orderFilledV2:
    "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint8 side, uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee, bytes32 builder, bytes32 metadata)",
  ordersMatchedV1:
    "event OrdersMatched(bytes32 indexed takerOrderHash, address indexed takerOrderMaker, uint256 makerAssetId, uint256 takerAssetId, uint256 makerAmountFilled, uint256 takerAmountFilled)",
  ordersMatchedV2:
    "event OrdersMatched(bytes32 indexed takerOrderHash, address indexed takerOrderMaker, uint8 side, uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled)",
  conditionPreparation:
    "event ConditionPreparation(bytes32 indexed conditionId, address indexed oracle, bytes32 indexed questionId, uint256 outcomeSlotCount)",
  conditionResolution:
    "event ConditionResolution(bytes32 indexed conditionId, address indexed oracle, bytes32 indexed questionId, uint256 outcomeSlotCount, uint256[] payoutNumerators)",
  upgraded: "event Upgraded(address indexed implementation)",
} as const;

export type SampleEvent = keyof typeof SIGNATURES;

export function encodeEvent(event: SampleEvent, args: Record<string, unknown>): { topics: string[]; data: string } {
  const item = parseAbiItem(SIGNATURES[event] as string) as AbiEvent;
  const plain = item.inputs.filter((input) => input.indexed !== true);
  return {
    topics: encodeEventTopics({ abi: [item], args } as never) as string[],
    data: encodeAbiParameters(
      plain,
      plain.map((input) => args[input.name ?? ""]),
    ),
  };
}

/** 32 bytes that differ by name. */
export const hash32 = (name: string): `0x${string}` => `0x${createHash("sha256").update(name).digest("hex")}`;
export const wallet = (name: string): Address => parseAddress(hash32(name).slice(0, 42));

const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
const ZERO = `0x${"00".repeat(32)}`;

export type SampleLeg = {
  side: "BUY" | "SELL";
  token: bigint;
  size: bigint;
  cash: bigint;
  who: Address;
  order: string;
};

export type SampleMatch = { tx: string; taker: SampleLeg; makers: readonly SampleLeg[]; exchange?: Address };

const amounts = ({ side, size, cash, token }: SampleLeg) => ({
  side: side === "BUY" ? 0 : 1,
  tokenId: token,
  makerAmountFilled: side === "BUY" ? cash : size,
  takerAmountFilled: side === "BUY" ? size : cash,
});

/** The logs of one V2 match in the order of the contract: maker legs, the taker's leg, `OrdersMatched`. */
export function matchLogs({ tx, taker, makers, exchange = V2 }: SampleMatch, firstLogIndex: number): PlacedLog[] {
  const leg = (each: SampleLeg, counterparty: Address) =>
    encodeEvent("orderFilledV2", {
      ...amounts(each),
      orderHash: hash32(each.order),
      maker: each.who,
      taker: counterparty,
      fee: 0n,
      builder: ZERO,
      metadata: ZERO,
    });
  const events = [
    ...makers.map((maker) => leg(maker, taker.who)),
    leg(taker, exchange),
    encodeEvent("ordersMatchedV2", {
      ...amounts(taker),
      takerOrderHash: hash32(taker.order),
      takerOrderMaker: taker.who,
    }),
  ];
  return place(exchange, tx, events, firstLogIndex);
}

export function place(
  address: Address,
  tx: string,
  events: readonly { topics: string[]; data: string }[],
  firstLogIndex: number,
): PlacedLog[] {
  return events.map(({ topics, data }, index) => ({
    address,
    topics,
    data,
    txHash: parseTxHash(hash32(tx)),
    txIndex: firstLogIndex,
    logIndex: firstLogIndex + index,
  }));
}

/** A COMPLEMENTARY match: `taker` buys `size` shares at 0.40 from `maker`. */
export function simpleMatch(name: string, firstLogIndex: number, size = 10_000_000n): PlacedLog[] {
  const cash = (size * 4n) / 10n;
  const common = { token: 77n, size, cash };
  return matchLogs(
    {
      tx: name,
      taker: { ...common, side: "BUY", who: wallet("taker"), order: `${name} taker` },
      makers: [{ ...common, side: "SELL", who: wallet("maker"), order: `${name} maker` }],
    },
    firstLogIndex,
  );
}

export function preparationLog(question: string, oracle: Address, logIndex: number): PlacedLog[] {
  const condition = conditionId(oracle, hash32(question));
  const args = { conditionId: condition, oracle, questionId: hash32(question), outcomeSlotCount: 2n };
  return place(CONDITIONAL_TOKENS, `prepare ${question}`, [encodeEvent("conditionPreparation", args)], logIndex);
}

export function resolutionLog(
  question: string,
  oracle: Address,
  payouts: readonly bigint[],
  logIndex: number,
): PlacedLog[] {
  const condition = conditionId(oracle, hash32(question));
  const args = {
    conditionId: condition,
    oracle,
    questionId: hash32(question),
    outcomeSlotCount: BigInt(payouts.length),
    payoutNumerators: payouts,
  };
  return place(CONDITIONAL_TOKENS, `resolve ${question}`, [encodeEvent("conditionResolution", args)], logIndex);
}
