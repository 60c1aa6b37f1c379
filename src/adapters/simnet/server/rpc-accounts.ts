import { type AbiFunction, decodeFunctionData, encodeAbiParameters, type Hex, isHex, parseAbi } from "viem";
import {
  CONDITIONAL_TOKENS,
  CTF_ADAPTERS,
  NEG_RISK_CTF_ADAPTERS,
  POSITION_MANAGER,
  ROUTER,
  USDC_E,
} from "../chain/contracts.ts";
import { quantity } from "../chain/log.ts";
import type { Positions } from "../venue/positions.ts";
import type { Account } from "../venue/records.ts";
import type { Venue } from "../venue/venue.ts";
import { PUSD, type WalletCalls } from "../venue/wallet-calls.ts";
import type { World } from "../world/world.ts";
import { isWalletSignature } from "./clob-signature.ts";
import type { MarketIndex } from "./market-index.ts";
import { invalidParams, RpcError } from "./rpc-error.ts";
import type { RpcMethod } from "./rpc-methods.ts";

export type RpcAccountsDeps = {
  readonly world: World;
  readonly venue: Venue;
  readonly index: MarketIndex;
  readonly calls: WalletCalls;
  readonly positions: Positions;
};

const ERC20 = parseAbi([
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
]);
const CTF = parseAbi([
  "function balanceOf(address account, uint256 id) view returns (uint256)",
  "function isApprovedForAll(address account, address operator) view returns (bool)",
  "function payoutDenominator(bytes32 conditionId) view returns (uint256)",
  "function payoutNumerators(bytes32 conditionId, uint256 index) view returns (uint256)",
]);
const POSITIONS = parseAbi([
  "function balanceOf(address account, uint256 id) view returns (uint256)",
  "function isApprovedForAll(address account, address operator) view returns (bool)",
  "function getPayout(uint256 positionId, uint256 amount) view returns (uint256)",
]);
const WALLET = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
const MAX = 2n ** 256n - 1n;
const POL = 10;
const GAS_PRICE = 30_000_000_000;
/** What redeems, and needs to be allowed to. */
const REDEEMERS: readonly string[] = [...CTF_ADAPTERS, ...NEG_RISK_CTF_ADAPTERS, ROUTER];
/** Stands for the code of any contract: nobody here runs it. */
const SOME_CODE = "0x6080604052";

const revert = (reason: string): RpcError => new RpcError(3, `execution reverted: ${reason}`);

const walletOf =
  (venue: Venue) =>
  (address: unknown): Account | undefined =>
    venue.accounts.find(({ wallet }) => wallet.toLowerCase() === String(address).toLowerCase());

/** `eth_call` of the token contracts; nothing comes back from an address without code. */
function createViews({
  world,
  venue,
  index,
  positions,
}: Omit<RpcAccountsDeps, "calls">): (to: string, data: Hex) => Hex {
  const byWallet = walletOf(venue);
  const payoutOf = (condition: string): readonly [number, number] => {
    const market = index.byCondition(condition);
    return market === null || world.stateOf(market) !== undefined ? [0, 0] : market.payout;
  };
  const held = (address: string, id: bigint): bigint => {
    const found = index.byToken(String(id));
    const account = byWallet(address);
    if (found === null || account === undefined) return 0n;
    return BigInt(world.accounts.holding(account.index, found.market, found.outcome));
  };

  function collateral(token: string, name: string, [address]: readonly unknown[]): bigint {
    const account = byWallet(address);
    if (account === undefined || token !== PUSD) return 0n;
    if (name === "balanceOf") return BigInt(world.accounts.cash(account.index));
    return account.allowanceUsd === undefined ? MAX : BigInt(Math.round(account.allowanceUsd * 1e6));
  }

  function conditional(name: string, args: readonly unknown[]): bigint | boolean {
    if (name === "balanceOf") return held(String(args[0]), args[1] as bigint);
    if (name === "payoutDenominator") return BigInt(payoutOf(String(args[0])).reduce((sum, each) => sum + each, 0));
    if (name === "payoutNumerators") return BigInt(payoutOf(String(args[0]))[Number(args[1])] ?? 0);
    return isApproved(args);
  }

  function isApproved([wallet, operator]: readonly unknown[]): boolean {
    const account = byWallet(wallet);
    const redeems = REDEEMERS.includes(String(operator).toLowerCase());
    return account !== undefined && !(redeems && account.lacksAdapterApproval === true);
  }

  function ofPositions(name: string, args: readonly unknown[]): bigint | boolean {
    if (name === "isApprovedForAll") return isApproved(args);
    if (name === "balanceOf") return positions.held(String(args[0]), args[1] as bigint);
    const payout = positions.payout(args[0] as bigint, args[1] as bigint);
    if (payout === null) throw revert("ConditionNotResolved()");
    return payout;
  }

  /** null: there is no code. */
  function contractAt(to: string) {
    if (to === CONDITIONAL_TOKENS) return { abi: CTF, answer: conditional };
    if (to === POSITION_MANAGER) return { abi: POSITIONS, answer: ofPositions };
    const isToken = to === PUSD || to === USDC_E;
    return isToken
      ? { abi: ERC20, answer: (name: string, args: readonly unknown[]) => collateral(to, name, args) }
      : null;
  }

  return (to, data) => {
    venue.settleTime();
    const contract = contractAt(to);
    if (contract === null) return "0x";
    const { functionName, args } = decodeCall(contract.abi, data);
    const result = contract.answer(functionName, args ?? []);
    return encodeAbiParameters([{ type: typeof result === "bigint" ? "uint256" : "bool" }], [result]);
  };
}

/** A deposit wallet is asked whether a signature is its own. */
function answerOfWallet(account: Account, data: Hex): Hex {
  const { args } = decodeCall(WALLET, data);
  const isOwn = isWalletSignature(account, args?.[0] as Hex, args?.[1] as Hex);
  return encodeAbiParameters([{ type: "bytes4" }], [isOwn ? "0x1626ba7e" : "0xffffffff"]);
}

function decodeCall(abi: readonly AbiFunction[], data: Hex) {
  try {
    return decodeFunctionData({ abi, data });
  } catch {
    throw revert("no such function");
  }
}

/** What a node says of the customers' accounts: `eth_call` of the token contracts, code, money for gas. */
export function createRpcAccounts(deps: RpcAccountsDeps): ReadonlyMap<string, RpcMethod> {
  const { venue, calls } = deps;
  const byWallet = walletOf(venue);
  const view = createViews(deps);
  function callOf(value: unknown) {
    const { from = "", to, data, input } = (value ?? {}) as Record<string, unknown>;
    const sent = data ?? input;
    if (typeof to !== "string" || !isHex(sent)) throw invalidParams("invalid argument 0: to and data are needed");
    return { from: String(from), to: to.toLowerCase(), data: sent };
  }

  return new Map<string, RpcMethod>([
    [
      "eth_call",
      ([value]) => {
        const { to, data } = callOf(value);
        const account = byWallet(to);
        return account?.signatureType === 3 && account.isUndeployed !== true
          ? answerOfWallet(account, data)
          : view(to, data);
      },
    ],
    [
      "eth_getCode",
      ([address]) => {
        const account = byWallet(address);
        const isContract =
          account === undefined
            ? [CONDITIONAL_TOKENS, POSITION_MANAGER, PUSD, USDC_E, ...REDEEMERS].includes(String(address).toLowerCase())
            : account.signatureType !== 0 && account.isUndeployed !== true;
        return isContract ? SOME_CODE : "0x";
      },
    ],
    [
      "eth_getBalance",
      ([address]) => {
        const owner = venue.accounts.find((each) => each.owner.toLowerCase() === String(address).toLowerCase());
        const microPol = owner === undefined ? 0 : Math.round((owner.ownerPol ?? POL) * 1e6);
        return `0x${(BigInt(microPol) * 10n ** 12n).toString(16)}`;
      },
    ],
    ["eth_gasPrice", () => quantity(GAS_PRICE)],
    ["eth_maxPriorityFeePerGas", () => quantity(GAS_PRICE)],
    [
      "eth_estimateGas",
      ([value]) => {
        const { from, to, data } = callOf(value);
        const account = byWallet(from);
        const refusal = account === undefined ? "caller unknown" : calls.refusal(account, { to, data });
        if (refusal !== null) throw revert(refusal);
        return quantity(REDEEM_GAS);
      },
    ],
  ]);
}

const REDEEM_GAS = 210_000;
