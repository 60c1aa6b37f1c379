import { encodeFunctionData, type Hex, parseAbi } from "viem";
import { type Address, type MarketId, parseAddress } from "../ids/ids.ts";
import { ZERO_32 } from "./exchange-order.ts";

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

export const collateralAdapter = (negRisk: boolean): Address =>
  negRisk ? NEG_RISK_COLLATERAL_ADAPTER : CTF_COLLATERAL_ADAPTER;

/** Redeems all that the caller holds of both outcomes. Who holds nothing gets nothing, so repeating it does no harm. */
export const redeemCall = (marketId: MarketId, negRisk: boolean): WalletCall => ({
  to: collateralAdapter(negRisk),
  data: encodeFunctionData({
    abi: ABI,
    args: [PUSD as string as Hex, ZERO_32, marketId as string as Hex, [1n, 2n]],
  }),
});

/** Whether it is such a call, byte for byte: there is no field left in which somebody could hide something. */
export function isRedeemCall({ to, data }: WalletCall): boolean {
  const condition = data.slice(CONDITION_AT, CONDITION_AT + 64);
  if (!/^[0-9a-f]{64}$/.test(condition)) return false;
  return [false, true].some((negRisk) => {
    const known = redeemCall(`0x${condition}` as string as MarketId, negRisk);
    return known.to === to && known.data === data;
  });
}
