import { encodeFunctionData, type Hex, parseAbi } from "viem";
import { type Address, type MarketId, parseAddress } from "../ids/ids.ts";
import type { OutcomeIndex } from "../market/market.ts";
import type { ShareMicros } from "../money/amounts.ts";
import { CONDITIONAL_TOKENS } from "./contracts.ts";
import { ZERO_32 } from "./exchange-order.ts";
import { POSITION_MANAGER, ROUTER } from "./infrastructure.ts";
import { isProtocolCondition } from "./position-id.ts";

/** A call that a wallet makes; never with money of its own. */
export type WalletCall = { readonly to: Address; readonly data: Hex };

export const PUSD = parseAddress("0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb");
/** Take outcome tokens of a resolved market from whoever calls and pay that caller in pUSD (API sheet, section 5). */
export const CTF_COLLATERAL_ADAPTER = parseAddress("0xada100db00ca00073811820692005400218fce1f");
export const NEG_RISK_COLLATERAL_ADAPTER = parseAddress("0xada2005600dec949baf300f4c6120000bdb6eaab");

const ABI = parseAbi([
  "function redeemPositions(address collateralToken, bytes32 parentCollectionId, bytes32 conditionId, uint256[] indexSets)",
]);
const SELECTOR_BYTES = 4;
const CONDITION_AT = 2 + 2 * (SELECTOR_BYTES + 2 * 32);
const ROUTER_ABI = parseAbi(["function redeem(bytes31 conditionId, uint256 outcomeIndex, uint256 amount)"]);
/** Selector, condition and its padding, outcome, amount. */
const ROUTER_CALL = /^0x[0-9a-f]{8}([0-9a-f]{62})0{65}([01])([0-9a-f]{64})$/;

const collateralAdapter = (negRisk: boolean): Address =>
  negRisk ? NEG_RISK_COLLATERAL_ADAPTER : CTF_COLLATERAL_ADAPTER;

/** That `operator` may take all that a wallet holds in an ERC-1155 contract. */
export type Grant = { readonly ledger: Address; readonly operator: Address };

/** Without it nothing of the market is redeemed. */
export const redeemGrant = (marketId: MarketId, negRisk: boolean): Grant =>
  isProtocolCondition(marketId)
    ? { ledger: POSITION_MANAGER, operator: ROUTER }
    : { ledger: CONDITIONAL_TOKENS, operator: collateralAdapter(negRisk) };

/** Redeems all that the caller holds of both outcomes. Who holds nothing gets nothing, so repeating it does no harm. */
export const redeemCall = (marketId: MarketId, negRisk: boolean): WalletCall => ({
  to: collateralAdapter(negRisk),
  data: encodeFunctionData({
    abi: ABI,
    args: [PUSD as string as Hex, ZERO_32, marketId as string as Hex, [1n, 2n]],
  }),
});

/**
 * Redeems so much of one outcome of Protocol V2 for pUSD (API sheet, section 5). Reverts before the market is resolved and
 * for a caller who holds less, so repeating it does no harm.
 */
export const redeemPositionCall = (marketId: MarketId, outcome: OutcomeIndex, amount: ShareMicros): WalletCall => ({
  to: ROUTER,
  data: encodeFunctionData({ abi: ROUTER_ABI, args: [marketId as string as Hex, BigInt(outcome), amount] }),
});

/** Whether it is such a call, byte for byte: there is no field left in which somebody could hide something. */
export const isRedeemCall = (call: WalletCall): boolean =>
  call.to === ROUTER ? isRouterRedeem(call) : isAdapterRedeem(call);

function isRouterRedeem({ data }: WalletCall): boolean {
  const [, condition, outcome, amount] = ROUTER_CALL.exec(data) ?? [];
  if (condition === undefined) return false;
  const marketId = `0x${condition}` as string as MarketId;
  return redeemPositionCall(marketId, outcome === "1" ? 1 : 0, BigInt(`0x${amount}`) as ShareMicros).data === data;
}

function isAdapterRedeem({ to, data }: WalletCall): boolean {
  const condition = data.slice(CONDITION_AT, CONDITION_AT + 64);
  if (!/^[0-9a-f]{64}$/.test(condition)) return false;
  return [false, true].some((negRisk) => {
    const known = redeemCall(`0x${condition}` as string as MarketId, negRisk);
    return known.to === to && known.data === data;
  });
}
