import { decodeFunctionData, type Hex, parseAbi } from "viem";
import type { Chain } from "../chain/chain.ts";
import { CTF_ADAPTERS, NEG_RISK_CTF_ADAPTERS, ROUTER } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import type { World } from "../world/world.ts";
import type { Positions } from "./positions.ts";
import type { Account } from "./records.ts";

export type WalletCall = { readonly to: string; readonly data: string };

/** What customers' wallets do on the chain by transactions that somebody else made: redeem, through the adapters or the Router. */
export type WalletCalls = {
  /** @returns why the call reverts; null: it goes through */
  refusal(account: Account, call: WalletCall): string | null;
  /** To be mined under `hash`, at the head where it changes nothing. */
  perform(account: Account, call: WalletCall, hash: string): void;
  /** null: in no block, or in none any more */
  blockOf(hash: string): number | null;
};

const ROUTER_ABI = parseAbi(["function redeem(bytes31 conditionId, uint256 outcomeIndex, uint256 amount)"]);
const ABI = parseAbi([
  "function redeemPositions(address collateralToken, bytes32 parentCollectionId, bytes32 conditionId, uint256[] indexSets)",
]);
export const PUSD = "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb";
const ROOT = `0x${"0".repeat(64)}`;
const ADAPTERS = { standard: CTF_ADAPTERS[1], negRisk: NEG_RISK_CTF_ADAPTERS[1] };

/** @param settleTime lets the world come to now */
export function createWalletCalls(
  world: World,
  chain: Chain,
  positions: Positions,
  settleTime: () => number,
): WalletCalls {
  const blocks = new Map<string, number | null>();
  // Without customers nobody listens: encoding the logs of every block would be for nothing.
  if ((world.options.customers ?? []).length > 0) follow(chain, blocks);

  function readRouter({ wallet }: Account, { data }: WalletCall) {
    try {
      const [condition, outcome, micros] = decodeFunctionData({ abi: ROUTER_ABI, data: data as Hex }).args;
      const positionId = (BigInt(condition) << 8n) | outcome;
      const payout = positions.payout(positionId, micros);
      if (payout === null) return "ConditionNotResolved()";
      return positions.held(wallet, positionId) < micros ? "InsufficientBalance()" : { positionId, micros, payout };
    } catch {
      return "no such function";
    }
  }

  function readAdapter(call: WalletCall): SimMarket | string {
    const negRisk = call.to.toLowerCase() === ADAPTERS.negRisk;
    if (!negRisk && call.to.toLowerCase() !== ADAPTERS.standard) return "no such function";
    let args: readonly [string, string, string, readonly bigint[]];
    try {
      args = decodeFunctionData({ abi: ABI, data: call.data as Hex }).args;
    } catch {
      return "no such function";
    }
    const [collateral, parent, condition, sets] = args;
    if (collateral.toLowerCase() !== PUSD || parent !== ROOT || sets.join() !== "1,2") return "invalid arguments";
    const market = world.markets.find(({ conditionId }) => conditionId === condition);
    if (market === undefined || market.negRisk !== negRisk) return "unknown condition";
    return world.stateOf(market) === undefined ? market : "result for condition not received yet";
  }

  function refusal(account: Account, call: WalletCall): string | null {
    settleTime();
    const read = isRouter(call) ? readRouter(account, call) : readAdapter(call);
    if (typeof read === "string") return read;
    return account.lacksAdapterApproval === true ? "ERC1155: need operator approval for 3rd party transfers." : null;
  }

  return {
    refusal,
    perform(account, call, hash) {
      const at = settleTime();
      if (isRouter(call)) {
        const redeemed = readRouter(account, call);
        if (typeof redeemed === "string") return;
        positions.give(account.wallet, redeemed.positionId, -redeemed.micros);
        world.accounts.deposit(account.index, Number(redeemed.payout));
        blocks.set(hash, chain.head());
        return;
      }
      const [market, wallet] = [readAdapter(call), world.wallets[account.index]];
      if (typeof market === "string" || wallet === undefined) return;
      const holds = ([0, 1] as const).some((outcome) => world.accounts.holding(account.index, market, outcome) > 0);
      blocks.set(hash, holds ? null : chain.head());
      world.vault.redeem(wallet, market, false, at, { hash, adapter: call.to.toLowerCase() });
    },
    blockOf: (hash) => blocks.get(hash) ?? null,
  };
}

const isRouter = ({ to }: WalletCall): boolean => to.toLowerCase() === ROUTER;

/** Keeps the block of each transaction, as far as it is in one. */
function follow(chain: Chain, blocks: Map<string, number | null>): void {
  chain.listen({
    onBlock({ number }) {
      const waiting = [...blocks].filter(([, block]) => block === null).map(([hash]) => hash);
      if (waiting.length === 0) return;
      const mined = new Set(chain.transactionHashes(number));
      for (const hash of waiting) if (mined.has(hash)) blocks.set(hash, number);
    },
    onOrphaned(logs) {
      for (const { transactionHash } of logs) if (blocks.has(transactionHash)) blocks.set(transactionHash, null);
    },
  });
}
