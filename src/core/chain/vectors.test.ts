import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Address, type MarketId, parseAddress } from "../ids/ids.ts";
import { EXCHANGES, NEG_RISK_ADAPTER, USDC_E, WRAPPED_COLLATERAL } from "./contracts.ts";
import { decodeAdmin } from "./decode-admin.ts";
import { decodeFill, decodeOrderTags } from "./decode-fill.ts";
import { decodeMatch } from "./decode-match.ts";
import { decodeNegRisk } from "./decode-neg-risk.ts";
import type { RawLog } from "./fill.ts";
import { collectionId, conditionId, marketTokens, negRiskQuestionId, tokenIdOf } from "./token-ids.ts";

// Goal: every recorded log decodes to what its source says. Method: the same comparison for every row of the files.
const folder = new URL("../../../../shared/vectors/", import.meta.url);
const isThere = existsSync(folder);

type Args = Record<string, string | number>;
type Vector = {
  name: string;
  log: { address: string; topics: string[]; data: string; blockNumber?: number | string; logIndex?: number | string };
  decoded: { event: string; args: Args };
  expected?: {
    wallet: string;
    side: string;
    tokenId: string;
    usdc?: number;
    pusd?: number;
    shares: number;
    fee: number;
    role: string;
  };
};

const read = (file: string) => (isThere ? JSON.parse(readFileSync(new URL(file, folder), "utf8")) : null);
const vectors: Vector[] = ["v1.json", "v2.json", "negrisk.json"].flatMap((file) => read(file)?.vectors ?? []);

const rawLog = ({ log }: Vector): RawLog => ({
  address: parseAddress(log.address),
  topics: log.topics,
  data: log.data,
  blockNumber: Number(log.blockNumber ?? 0),
  logIndex: Number(log.logIndex ?? 0),
  blockHash: "0x" as RawLog["blockHash"],
  txHash: "0x" as RawLog["txHash"],
  txIndex: 0,
});

/** All the arguments of an event of an exchange as one comparable text each, whatever their case and type. */
const plain = (args: Args): Record<string, string> =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value).toLowerCase()]));

function fillArgs(log: RawLog): Args {
  const fill = decodeFill(log);
  const isBuy = fill.side === "BUY";
  const amounts = {
    makerAmountFilled: String(isBuy ? fill.cash : fill.size),
    takerAmountFilled: String(isBuy ? fill.size : fill.cash),
    fee: String(fill.fee),
  };
  const parties = { orderHash: fill.orderHash, maker: fill.wallet, taker: fill.counterparty ?? fill.exchange };
  if (fill.exchangeVersion === 1) {
    const assets = { makerAssetId: isBuy ? "0" : fill.tokenId, takerAssetId: isBuy ? fill.tokenId : "0" };
    return { ...parties, ...assets, ...amounts };
  }
  return { ...parties, side: isBuy ? 0 : 1, tokenId: fill.tokenId, ...amounts, ...decodeOrderTags(log) };
}

function matchArgs(log: RawLog, isV1: boolean): Args {
  const match = decodeMatch(log);
  const isBuy = match.side === "BUY";
  const asset = isV1
    ? { makerAssetId: isBuy ? "0" : match.tokenId, takerAssetId: isBuy ? match.tokenId : "0" }
    : { side: isBuy ? 0 : 1, tokenId: match.tokenId };
  return {
    takerOrderHash: match.takerOrderHash,
    takerOrderMaker: match.takerWallet,
    ...asset,
    makerAmountFilled: String(isBuy ? match.cash : match.size),
    takerAmountFilled: String(isBuy ? match.size : match.cash),
  };
}

function adminArgs(log: RawLog): { event: string; args: Args } {
  const { kind, subject, admin } = decodeAdmin(log);
  const event = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const subjectName = kind === "newAdmin" ? "newAdminAddress" : kind === "newOperator" ? "newOperatorAddress" : kind;
  return { event, args: { [subjectName]: subject, admin } };
}

function negRiskArgs(log: RawLog): { event: string; args: Args } {
  const event = decodeNegRisk(log);
  const amount = String(event.amount);
  if (event.kind === "convert") {
    const args = { marketId: event.negRiskMarketId, indexSet: String(event.indexSet) };
    return { event: "NegRiskAdapter.PositionsConverted", args: { stakeholder: event.stakeholder, ...args, amount } };
  }
  const name = event.kind === "split" ? "PositionSplit" : "PositionsMerge";
  return {
    event: `NegRiskAdapter.${name}`,
    args: { stakeholder: event.stakeholder, conditionId: event.marketId, amount },
  };
}

function decodeAny(log: RawLog, event: string): { event: string; args: Args } {
  if (event === "OrderFilled") return { event, args: fillArgs(log) };
  if (event === "OrdersMatched") {
    return { event, args: matchArgs(log, EXCHANGES.find(({ address }) => address === log.address)?.version === 1) };
  }
  return event.startsWith("NegRiskAdapter.") ? negRiskArgs(log) : adminArgs(log);
}

describe.skipIf(!isThere)("recorded logs (needs the recorded vectors)", () => {
  test("there are as many as the sheet lists", () => {
    expect(vectors).toHaveLength(23 + 11 + 3);
  });

  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s decodes to its arguments", (_name, vector) => {
    const decoded = decodeAny(rawLog(vector), vector.decoded.event);
    expect({ ...decoded, args: plain(decoded.args) }).toEqual({ ...vector.decoded, args: plain(vector.decoded.args) });
  });

  test.each(
    vectors.flatMap(({ name, expected, ...rest }) => (expected ? [[name, expected, { name, ...rest }] as const] : [])),
  )("%s says whose fill it is, and what it was worth", (_name, expected, vector) => {
    const fill = decodeFill(rawLog(vector));
    expect({
      wallet: fill.wallet,
      side: fill.side,
      tokenId: fill.tokenId,
      usdc: Number(fill.cash) / 1e6,
      shares: Number(fill.size) / 1e6,
      fee: Number(fill.fee) / 1e6,
      role: fill.role.toUpperCase(),
    }).toMatchObject({
      wallet: expected.wallet.toLowerCase(),
      side: expected.side,
      tokenId: expected.tokenId,
      usdc: expected.usdc ?? expected.pusd,
      shares: expected.shares,
      fee: expected.fee,
      role: expected.role.toUpperCase().startsWith("TAKER") ? "TAKER" : "MAKER",
    });
  });
});

type CollectionRow = { conditionId: MarketId; indexSet1: string; indexSet2: string };
type PositionRow = { collateral: string; conditionId: MarketId; tokenIds: string[] };
type NegRiskRow = {
  marketId: string;
  questionIndex: number;
  questionId: string;
  conditionId: MarketId;
  tokenIds: string[];
};
const ids = read("ids.json") as {
  constants: { usdcE: string; wrappedCollateral: string; negRiskAdapter: string };
  collectionIds: CollectionRow[];
  positionIds: PositionRow[];
  negRisk: NegRiskRow[];
} | null;

describe.skipIf(ids === null)("ids of Conditional Tokens (needs the recorded vectors)", () => {
  test("the contracts are those of the sheet", () => {
    const { usdcE, wrappedCollateral, negRiskAdapter } = ids?.constants ?? expect.fail();
    const sheet = [usdcE, wrappedCollateral, negRiskAdapter].map((address) => address.toLowerCase());
    expect([USDC_E, WRAPPED_COLLATERAL, NEG_RISK_ADAPTER]).toEqual(sheet);
  });

  test.each(ids?.collectionIds ?? [])("collections of $conditionId", (row) => {
    expect([collectionId(row.conditionId, 0), collectionId(row.conditionId, 1)]).toEqual([
      row.indexSet1,
      row.indexSet2,
    ]);
  });

  test.each(ids?.positionIds ?? [])(
    "tokens of $conditionId in $collateral",
    ({ collateral, conditionId, tokenIds }) => {
      const address = collateral.toLowerCase() as Address;
      expect([tokenIdOf(address, conditionId, 0), tokenIdOf(address, conditionId, 1)]).toEqual(tokenIds);
    },
  );

  test.each(ids?.negRisk ?? [])("question $questionIndex of the neg-risk market $marketId", (row) => {
    const questionId = negRiskQuestionId(row.marketId, row.questionIndex);
    const condition = conditionId(NEG_RISK_ADAPTER, questionId);
    expect({ questionId, condition, ...marketTokens(condition, NEG_RISK_ADAPTER) }).toEqual({
      questionId: row.questionId,
      condition: row.conditionId,
      marketId: row.conditionId,
      negRisk: true,
      tokenIds: row.tokenIds,
    });
  });
});
