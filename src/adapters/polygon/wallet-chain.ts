import { type AbiFunction, decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from "viem";
import { z } from "zod";
import { CONDITIONAL_TOKENS, USDC_E } from "../../core/chain/contracts.ts";
import { POSITION_MANAGER } from "../../core/chain/infrastructure.ts";
import { isPositionToken, isProtocolCondition, positionTokens } from "../../core/chain/position-id.ts";
import { PUSD, type WalletCall } from "../../core/chain/redeem-call.ts";
import { PayloadError, TransientError } from "../../core/errors.ts";
import type { Address, MarketId, TokenId } from "../../core/ids/ids.ts";
import { shares, usd } from "../../core/money/amounts.ts";
import type { WalletChain } from "../../ports/wallet-chain.ts";
import type { FailOver } from "./fail-over.ts";
import type { RpcCall } from "./rpc-client.ts";
import { parseHeader, parseQuantity } from "./rpc-schemas.ts";

const ABI = {
  balanceOf: parseAbi(["function balanceOf(address) view returns (uint256)"])[0],
  allowance: parseAbi(["function allowance(address, address) view returns (uint256)"])[0],
  balanceOfToken: parseAbi(["function balanceOf(address, uint256) view returns (uint256)"])[0],
  isApprovedForAll: parseAbi(["function isApprovedForAll(address, address) view returns (bool)"])[0],
  payoutDenominator: parseAbi(["function payoutDenominator(bytes32) view returns (uint256)"])[0],
  getPayout: parseAbi(["function getPayout(uint256, uint256) view returns (uint256)"])[0],
  isValidSignature: parseAbi(["function isValidSignature(bytes32, bytes) view returns (bytes4)"])[0],
  payoutNumerators: parseAbi(["function payoutNumerators(bytes32, uint256) view returns (uint256)"])[0],
};

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,64}$/i)
  .transform(BigInt);
const code = z.string().regex(/^0x([0-9a-f]{2})*$/i);
const receiptAnswer = z.object({ status: z.literal(["0x0", "0x1"]), blockNumber: z.string() }).nullable();

/** Gas is asked for this much above what the call takes now: another's redemption in the same block may change it. */
const GAS_MARGIN_PERCENT = 130n;
/** The price of gas may double before it is too low. */
const FEE_MARGIN = 2n;
const CONTENT = /already known|nonce too low|known transaction|already imported/i;
const REVERTED = /revert/i;
/** ERC-1271: the selector of the question. */
const ACCEPTED = "0x1626ba7e";
const RESULT_DENOMINATOR = 1_000_000n;

type View = { readonly to: Address; readonly abi: AbiFunction; readonly args: readonly unknown[] };

const callOf = ({ to, abi, args }: View): RpcCall => ({
  method: "eth_call",
  params: [{ to, data: encodeFunctionData({ abi: [abi], args }) }, "latest"],
});

/** `eth_call` of the token contracts, and transactions, over an Ethereum node. */
export function createWalletChain(failOver: FailOver): WalletChain {
  const ask = (calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly unknown[]> =>
    failOver.run((client) => client.call(calls, signal), signal);
  async function view<T>(views: readonly View[], signal: AbortSignal): Promise<readonly T[]> {
    if (views.length === 0) return [];
    const answers = await ask(views.map(callOf), signal);
    return answers.map((answer, index) => decode(views[index]?.abi, answer) as T);
  }
  const amount = async (method: string, params: readonly unknown[], signal: AbortSignal): Promise<bigint> => {
    const [answer] = await ask([{ method, params }], signal);
    return parse(quantity, answer, method);
  };

  return {
    async hasCode(address, signal) {
      const [answer] = await ask([{ method: "eth_getCode", params: [address, "latest"] }], signal);
      return parse(code, answer, "eth_getCode").length > 2;
    },
    async accepts(wallet, hash, signature, signal) {
      const call = callOf({ to: wallet, abi: ABI.isValidSignature, args: [hash, signature] });
      const read = ([answer]: readonly unknown[]): boolean => String(answer).startsWith(ACCEPTED);
      return (await unlessReverted(failOver, [call], signal, read)) ?? false;
    },
    gasMoney: (address, signal) => amount("eth_getBalance", [address, "latest"], signal),
    async collateral(wallet, signal) {
      const of = (to: Address): View => ({ to, abi: ABI.balanceOf, args: [wallet] });
      const [pusd = 0n, usdcE = 0n] = await view<bigint>([of(PUSD), of(USDC_E)], signal);
      return { pusd: usd(pusd), usdcE: usd(usdcE) };
    },
    async allowances(wallet, spenders, signal) {
      const views = spenders.map((spender): View => ({ to: PUSD, abi: ABI.allowance, args: [wallet, spender] }));
      return (await view<bigint>(views, signal)).map(usd);
    },
    operators: (wallet, grants, signal) =>
      view<boolean>(
        grants.map(({ ledger, operator }) => ({ to: ledger, abi: ABI.isApprovedForAll, args: [wallet, operator] })),
        signal,
      ),
    async shares(wallet, tokens, signal) {
      const of = (token: TokenId): View => ({
        to: isPositionToken(token) ? POSITION_MANAGER : CONDITIONAL_TOKENS,
        ...{ abi: ABI.balanceOfToken, args: [wallet, BigInt(token)] },
      });
      return (await view<bigint>(tokens.map(of), signal)).map(shares);
    },
    async payout(marketId, signal) {
      if (isProtocolCondition(marketId)) return protocolPayout(failOver, marketId, signal);
      const of = (abi: AbiFunction, ...more: readonly unknown[]): View => ({
        ...{ to: CONDITIONAL_TOKENS, abi, args: [marketId, ...more] },
      });
      const views = [of(ABI.payoutDenominator), of(ABI.payoutNumerators, 0n), of(ABI.payoutNumerators, 1n)];
      const [denominator = 0n, first = 0n, second = 0n] = await view<bigint>(views, signal);
      if (denominator !== first + second)
        throw new PayloadError("PAYOUT_ODD", "a payout whose numerators do not make up the denominator", { marketId });
      return denominator === 0n ? null : [first, second];
    },
    nonce: (owner, signal) => amount("eth_getTransactionCount", [owner, "latest"], signal),
    async fees(signal) {
      const price = await amount("eth_gasPrice", [], signal);
      const maxPriorityFeePerGas = await amount("eth_maxPriorityFeePerGas", [], signal);
      return { maxFeePerGas: price * FEE_MARGIN + maxPriorityFeePerGas, maxPriorityFeePerGas };
    },
    estimateGas: (from, call, signal) => estimateGas(failOver, { from, call }, signal),
    send: (raw, signal) =>
      failOver.run(async (client) => {
        try {
          await client.call([{ method: "eth_sendRawTransaction", params: [raw] }], signal);
        } catch (error) {
          if (!(error instanceof Error && CONTENT.test(error.message))) throw error;
        }
      }, signal),
    async receipt(hash, signal) {
      const finalized: RpcCall = { method: "eth_getBlockByNumber", params: ["finalized", false] };
      const [answer, final] = await ask([{ method: "eth_getTransactionReceipt", params: [hash] }, finalized], signal);
      const receipt = parse(receiptAnswer, answer, "eth_getTransactionReceipt");
      if (receipt === null) return null;
      const upTo = parseHeader(final)?.number ?? -1;
      return { isSuccess: receipt.status === "0x1", isFinal: parseQuantity(receipt.blockNumber) <= upTo };
    },
  };
}

/** PositionManager says what a million pays (on-chain sheet, section 4: the denominator of results); it reverts before. */
async function protocolPayout(
  failOver: FailOver,
  marketId: MarketId,
  signal: AbortSignal,
): Promise<readonly [bigint, bigint] | null> {
  const calls = positionTokens(marketId).map((token) =>
    callOf({ to: POSITION_MANAGER, abi: ABI.getPayout, args: [BigInt(token), RESULT_DENOMINATOR] }),
  );
  return unlessReverted(failOver, calls, signal, (answers) => {
    const [first, second] = answers.map((each) => decode(ABI.getPayout, each) as bigint) as [bigint, bigint];
    if (first + second !== RESULT_DENOMINATOR)
      throw new PayloadError("PAYOUT_ODD", "a payout whose parts do not make up the whole", { marketId });
    return [first, second] as const;
  });
}

type Estimated = { readonly from: Address; readonly call: WalletCall };

async function estimateGas(failOver: FailOver, { from, call }: Estimated, signal: AbortSignal): Promise<bigint | null> {
  const asked = [{ method: "eth_estimateGas", params: [{ from, ...call }] }];
  return unlessReverted(
    failOver,
    asked,
    signal,
    ([answer]) => (parse(quantity, answer, "eth_estimateGas") * GAS_MARGIN_PERCENT) / 100n,
  );
}

/** @returns null where a call would revert: the node answered, and no other one is asked. */
function unlessReverted<T>(
  failOver: FailOver,
  calls: readonly RpcCall[],
  signal: AbortSignal,
  read: (answers: readonly unknown[]) => T,
): Promise<T | null> {
  return failOver.run(async (client) => {
    try {
      return read(await client.call(calls, signal));
    } catch (error) {
      if (error instanceof TransientError && REVERTED.test(error.message)) return null;
      throw error;
    }
  }, signal);
}

function decode(abi: AbiFunction | undefined, answer: unknown): unknown {
  if (abi === undefined || typeof answer !== "string") throw new PayloadError("CALL_MALFORMED", "no answer to a call");
  try {
    return decodeFunctionResult({ abi: [abi], data: answer as Hex });
  } catch {
    // An empty answer: there is no such contract on this chain.
    throw new PayloadError("CALL_MALFORMED", `an answer to ${abi.name} that cannot be read`);
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, answer: unknown, method: string): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new PayloadError("RPC_MALFORMED", `an answer to ${method} of another kind`);
}
