import { describe, expect, test } from "vitest";
import type { OrderHash, TokenId, TxHash } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { decodeLogs } from "./decode-logs.ts";
import { applyRefunds, decodeRefund, type FeeRefund } from "./fee-refunds.ts";
import type { Fill } from "./fill.ts";
import { logOf, user } from "./testdata/model-chain.ts";
import { FEE_MODULE } from "./testdata/model-exchanges.ts";

const V1 = "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e" as Fill["exchange"];
const ORDER = `0x${"01".repeat(32)}` as OrderHash;
const OTHER = `0x${"02".repeat(32)}` as OrderHash;
const TX = `0x${"aa".repeat(32)}` as TxHash;
const TOKEN = "77" as TokenId;
const REFUNDED =
  "event FeeRefunded(bytes32 indexed orderHash, address indexed to, uint256 id, uint256 refund, uint256 indexed feeCharged)";
const EARLIER = "event FeeRefunded(address token, address to, uint256 id, uint256 amount)";
const FILLED =
  "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint256 makerAssetId, uint256 takerAssetId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee)";

const fill = (logIndex: number, overrides: Partial<Fill> = {}): Fill => ({
  ...{ blockNumber: 1, logIndex, txHash: TX, txIndex: 0, exchange: V1, exchangeVersion: 1, orderHash: ORDER },
  ...{ wallet: user(1), counterparty: null, role: "taker", side: "BUY", tokenId: TOKEN },
  ...{ size: shares(1_000n), cash: usd(500n), fee: 100n, feeAsset: "shares", matchLogIndex: null },
  ...overrides,
});
const refund = (logIndex: number, overrides: Partial<FeeRefund> = {}): FeeRefund => ({
  ...{ blockNumber: 1, logIndex, txHash: TX, orderHash: ORDER, wallet: user(1) },
  ...{ assetId: TOKEN, refund: 60n, feeCharged: 40n },
  ...overrides,
});
const feesOf = (fills: readonly Fill[], refunds: readonly FeeRefund[]) =>
  applyRefunds(fills, refunds).fills.map(({ fee }) => fee);

describe("refunds of V1 fees", () => {
  test("leave what was really charged", () => {
    expect(feesOf([fill(1)], [refund(5)])).toEqual([40n]);
  });

  test("of several fills of one order go to each in turn", () => {
    const refunds = [refund(5, { refund: 10n, feeCharged: 90n }), refund(6, { refund: 20n, feeCharged: 80n })];
    expect(feesOf([fill(1), fill(2)], refunds)).toEqual([90n, 80n]);
  });

  test("go to the fill whose fee they make up, where a fill before it had none to give back", () => {
    expect(feesOf([fill(1, { fee: 70n }), fill(2)], [refund(5)])).toEqual([70n, 40n]);
  });

  test("never go to a fill that comes after them, or to another order or transaction", () => {
    const fills = [fill(9), fill(1, { orderHash: OTHER }), fill(1, { txHash: `0x${"bb".repeat(32)}` as TxHash })];
    const { fills: after, problems } = applyRefunds(fills, [refund(5)]);
    expect(after.map(({ fee }) => fee)).toEqual([100n, 100n, 100n]);
    expect(problems).toEqual([{ blockNumber: 1, logIndex: 5, reason: "REFUND_WITHOUT_FILL" }]);
  });

  test("are in the asset of the fee: shares of a BUY, collateral of a SELL", () => {
    const sell = fill(1, { side: "SELL", feeAsset: "collateral" });
    expect(feesOf([sell], [refund(5)])).toEqual([100n]);
    expect(feesOf([sell], [refund(5, { assetId: "0" })])).toEqual([40n]);
  });

  test("of the earlier module name the wallet alone", () => {
    const log = logOf(FEE_MODULE, EARLIER, [FEE_MODULE, user(1), BigInt(TOKEN), 60n], 5);
    const decoded = { ...decodeRefund(log), blockNumber: 1, txHash: TX };
    expect(decoded).toMatchObject({ orderHash: null, wallet: user(1), refund: 60n, feeCharged: null });
    expect(feesOf([fill(1, { wallet: user(2) }), fill(2)], [decoded])).toEqual([100n, 40n]);
  });

  test("are read with the fills; one that fits no fill is kept", () => {
    const filled = logOf(V1, FILLED, [ORDER, user(1), user(2), 0n, 77n, 500n, 1_000n, 100n], 1);
    const given = logOf(FEE_MODULE, REFUNDED, [ORDER, user(1), 77n, 60n, 40n], 2);
    const stray = logOf(FEE_MODULE, REFUNDED, [OTHER, user(1), 77n, 60n, 40n], 3);
    const { fills, quarantined } = decodeLogs([filled, given, stray]);
    expect(fills.map(({ fee }) => fee)).toEqual([40n]);
    expect(quarantined.map(({ log, reason }) => [log.logIndex, reason])).toContainEqual([3, "REFUND_WITHOUT_FILL"]);
  });
});
