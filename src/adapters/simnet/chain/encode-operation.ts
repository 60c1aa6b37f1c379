import type { Operation } from "../exchange/operation.ts";
import type { SimMarket } from "../world/market.ts";
import type { SimWallet } from "../world/wallets.ts";
import { AUTO_REDEEMER, CTF_ADAPTERS, NEG_RISK_CTF_ADAPTERS } from "./contracts.ts";
import type { TokenEncoder } from "./encode-tokens.ts";
import type { EventLog } from "./event-log.ts";

/** The adapter of V2 that a market goes through: both generations are in use. */
export function adapterOf({ negRisk, index }: SimMarket): string {
  const adapters = negRisk ? NEG_RISK_CTF_ADAPTERS : CTF_ADAPTERS;
  return adapters[index % 2] ?? adapters[0];
}

/**
 * What a wallet does besides trading. In the time of V1 it calls Conditional Tokens or the NegRiskAdapter itself; in
 * that of V2 a collateral adapter does, and the wallet shows only in the transfers (on-chain sheet, section 3.6).
 */
export function encodeOperation(
  operation: Operation,
  wallets: readonly SimWallet[],
  tokens: TokenEncoder,
): readonly EventLog[] {
  const logs: EventLog[] = [];
  const addressOf = (wallet: number): string => wallets[wallet]?.address ?? "";
  const by = addressOf(operation.wallet);
  switch (operation.kind) {
    case "split":
    case "merge":
      encodeSets(logs, operation, by, tokens);
      return logs;
    case "redeem":
      encodeRedemption(logs, operation, by, tokens);
      return logs;
    case "convert":
      encodeConversion(logs, operation, by, tokens);
      return logs;
    case "send": {
      const { to, market, outcome, micros } = operation;
      tokens.single(logs, { operator: by, from: by, to: addressOf(to) }, market, outcome, micros);
      return logs;
    }
  }
}

type Of<Kind extends Operation["kind"]> = Extract<Operation, { readonly kind: Kind }>;

function encodeSets(logs: EventLog[], operation: Of<"split" | "merge">, by: string, tokens: TokenEncoder): void {
  const { market, micros, version, kind } = operation;
  const both = [micros, micros] as const;
  const caller = version === 1 ? by : adapterOf(market);
  if (kind === "split") {
    if (market.negRisk) tokens.negRiskSplit(logs, caller, market, micros);
    else tokens.ctfSplit(logs, caller, market, micros);
    if (caller !== by) tokens.pair(logs, { operator: caller, from: caller, to: by }, market, both);
  } else {
    if (caller !== by) tokens.pair(logs, { operator: caller, from: by, to: caller }, market, both);
    if (market.negRisk) tokens.negRiskMerge(logs, caller, market, micros);
    else tokens.ctfMerge(logs, caller, market, micros);
  }
}

function encodeRedemption(logs: EventLog[], operation: Of<"redeem">, by: string, tokens: TokenEncoder): void {
  const { market, amounts, payout, version, isAutomatic, via } = operation;
  const caller = via?.adapter ?? (isAutomatic ? AUTO_REDEEMER : version === 1 ? by : adapterOf(market));
  if (caller !== by) tokens.pair(logs, { operator: caller, from: by, to: caller }, market, amounts);
  if (market.negRisk) tokens.negRiskRedeem(logs, caller, market, amounts, payout);
  else tokens.ctfRedeem(logs, caller, market, amounts, payout);
}

function encodeConversion(logs: EventLog[], operation: Of<"convert">, by: string, tokens: TokenEncoder): void {
  const { markets, given, micros, feeMicros, version } = operation;
  const [first] = markets;
  if (first === undefined) return;
  const caller = version === 1 ? by : adapterOf(first);
  const from = markets.filter((_, index) => given.includes(index));
  const others = markets.filter((_, index) => !given.includes(index));
  if (caller !== by) tokens.batch(logs, { operator: caller, from: by, to: caller }, from, 1, micros);
  tokens.negRiskConvert(logs, caller, operation);
  if (caller !== by) tokens.batch(logs, { operator: caller, from: caller, to: by }, others, 0, micros - feeMicros);
}
