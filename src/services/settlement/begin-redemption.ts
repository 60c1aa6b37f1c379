import type { Redemption } from "../../core/chain/redemption.ts";
import { transactionHash } from "../../core/chain/transaction-hash.ts";
import { InvariantError, PayloadError, RejectedError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { Claim, RedemptionRecord } from "../../ports/settlement-store.ts";
import type { SettlementDeps } from "./settlement-deps.ts";

/** The relayer takes at most ten minutes; a signature that lies about is worth nothing sooner. */
const DEADLINE_SECONDS = 300;
/** What the relayer's own client asks for where it cannot tell. */
const PROXY_GAS = 10_000_000n;
/** A transaction is replaced only by one that pays clearly more. */
const REPLACE_PERCENT = 130n;

/**
 * Signs and stores one try; nothing is sent.
 * @throws RejectedError where the call would revert or the signer refuses; TransientError and its kinds
 */
export async function beginRedemption(
  deps: SettlementDeps,
  claim: Claim,
  before: RedemptionRecord | null,
  signal: AbortSignal,
): Promise<RedemptionRecord> {
  const { clock, signer, store } = deps;
  const request = await prepare(deps, claim, before, signal);
  const answer = await signer.signRedemption(request, signal);
  if (!answer.signed) {
    const { code, limit, value } = answer.refusal;
    throw new RejectedError("SIGNER_REFUSED", `the signer refuses: ${code}, limit ${limit}, value ${value}`);
  }
  return store.add({
    ...{ marketId: claim.marketId, attempt: (before?.attempt ?? 0) + 1, request, signature: answer.signature },
    txHash: request.kind === "TRANSACTION" ? transactionHash(answer.signature) : null,
    ...{ payoutUsd: claim.next.payoutUsd, signedAt: clock.nowMs(), lastSentAt: null, relayId: null },
    ...{ outcome: null, reason: null, finishedAt: null },
  });
}

async function prepare(
  { account, chain, clock, relayer }: SettlementDeps,
  { marketId, next: { call } }: Claim,
  before: RedemptionRecord | null,
  signal: AbortSignal,
): Promise<Redemption> {
  const { owner, wallet, signatureType } = account;
  const common = { owner, wallet, call };
  if (signatureType === 0) {
    const gas = await chain.estimateGas(wallet, call, signal);
    if (gas === null) throw new RejectedError("CALL_REVERTS", "redeeming would revert on the chain", { marketId });
    const nonce = await chain.nonce(owner, signal);
    return { kind: "TRANSACTION", ...common, nonce, gas, ...(await dearer(chain, nonce, before, signal)) };
  }
  if (relayer === null) throw new InvariantError("NO_RELAYER", "a claim without a relayer is not begun");
  const kind = ([null, "PROXY", "SAFE", "WALLET"] as const)[signatureType] ?? "WALLET";
  const { nonce, relay } = await relayer.nonce(owner, kind, signal);
  if (kind === "SAFE") return { kind, ...common, nonce };
  if (kind === "WALLET")
    return { kind, ...common, nonce, deadline: Math.floor(clock.nowMs() / SECOND_MS) + DEADLINE_SECONDS };
  if (relay === null) throw new PayloadError("RELAY_MISSING", "the relayer does not name the account it sends from");
  return { kind, ...common, nonce, gasLimit: PROXY_GAS, relay };
}

/** Fees of now; where the same nonce hangs, clearly more than it offered. */
async function dearer(
  chain: SettlementDeps["chain"],
  nonce: bigint,
  before: RedemptionRecord | null,
  signal: AbortSignal,
) {
  const fees = await chain.fees(signal);
  const hanging = before?.request;
  if (hanging?.kind !== "TRANSACTION" || hanging.nonce !== nonce) return fees;
  const more = (now: bigint, then: bigint): bigint => {
    const least = (then * REPLACE_PERCENT) / 100n;
    return now > least ? now : least;
  };
  return {
    maxFeePerGas: more(fees.maxFeePerGas, hanging.maxFeePerGas),
    maxPriorityFeePerGas: more(fees.maxPriorityFeePerGas, hanging.maxPriorityFeePerGas),
  };
}
