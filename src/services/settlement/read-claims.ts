import { outcomeTokens, owedOf } from "../../core/chain/claim.ts";
import { redeemGrant } from "../../core/chain/redeem-call.ts";
import { AbortedError } from "../../core/errors.ts";
import { ZERO_SHARES } from "../../core/money/amounts.ts";
import { addMs, DAY_MS, HOUR_MS } from "../../core/time/time.ts";
import type { Claim, ClaimCandidate } from "../../ports/settlement-store.ts";
import type { SettlementDeps } from "./settlement-deps.ts";

type ReadDeps = Pick<SettlementDeps, "account" | "chain">;

/** What each of them owes us, as the chain says; those that owe nothing are left out. */
export async function readClaims(
  { account, chain }: ReadDeps,
  candidates: readonly ClaimCandidate[],
  signal: AbortSignal,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const candidate of candidates) {
    const { marketId, negRisk } = candidate;
    const payout = await chain.payout(marketId, signal);
    if (payout === null) continue;
    const balances = await chain.shares(account.wallet, outcomeTokens(marketId, negRisk), signal);
    const held = [balances[0] ?? ZERO_SHARES, balances[1] ?? ZERO_SHARES] as const;
    const owed = owedOf(candidate, held, payout);
    if (owed !== null) claims.push({ ...candidate, held, ...owed });
  }
  return claims;
}

/** What is still owed after a month is found by the venue's own list. */
const RECENT_MS = 30 * DAY_MS;

/** Markets in which we ordered, and those that the venue knows of: tokens may have come from elsewhere. */
export async function findCandidates(
  { clock, store, redeemable, logger }: Pick<SettlementDeps, "clock" | "store" | "redeemable" | "logger">,
  signal: AbortSignal,
): Promise<readonly ClaimCandidate[]> {
  const now = clock.nowMs();
  const ours = await store.candidates(addMs(now, -RECENT_MS), addMs(now, -HOUR_MS));
  const theirs = await redeemable(signal).catch((error: unknown) => {
    if (error instanceof AbortedError) throw error;
    logger.warn("the venue does not say what can be redeemed; our own markets are looked at", { error });
    return [];
  });
  return [...new Map([...ours, ...theirs].map((each) => [each.marketId, each])).values()];
}

export type Obstacle =
  /** The contract that redeems may not take the wallet's tokens. */
  "NOT_APPROVED" | "NO_RELAYER_KEY" | "WALLET_NOT_DEPLOYED" | "NO_GAS_MONEY";

export const OBSTACLE_FIXES: Readonly<Record<Obstacle, string>> = {
  NOT_APPROVED: "approve it on the venue's site: redeem one position of this kind there by hand",
  NO_RELAYER_KEY: "make a relayer API key on the venue's settings page and set RELAYER_API_KEY",
  WALLET_NOT_DEPLOYED: "trade once on the venue's site, which deploys the wallet",
  NO_GAS_MONEY: "send a little POL to the wallet: an EOA pays its own gas",
};

/** What keeps a claim from being redeemed; null: nothing. */
export async function findObstacle(
  { account, chain, relayer }: Pick<SettlementDeps, "account" | "chain" | "relayer">,
  { marketId, negRisk }: ClaimCandidate,
  signal: AbortSignal,
): Promise<Obstacle | null> {
  const { wallet, signatureType } = account;
  const [isApproved] = await chain.operators(wallet, [redeemGrant(marketId, negRisk)], signal);
  if (isApproved !== true) return "NOT_APPROVED";
  if (signatureType === 0) return (await chain.gasMoney(wallet, signal)) === 0n ? "NO_GAS_MONEY" : null;
  if (relayer === null) return "NO_RELAYER_KEY";
  return (await chain.hasCode(wallet, signal)) ? null : "WALLET_NOT_DEPLOYED";
}
