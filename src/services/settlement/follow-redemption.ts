import { RejectedError } from "../../core/errors.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Relayer } from "../../ports/relayer.ts";
import type { RedemptionOutcome, RedemptionRecord } from "../../ports/settlement-store.ts";
import type { SettlementDeps } from "./settlement-deps.ts";

/** null: not over yet. */
export type RedemptionEnding = { readonly outcome: RedemptionOutcome; readonly reason: string | null } | null;

const RESEND_MS = 30 * SECOND_MS;
/** Mined within seconds, or something is wrong with it: it is tried again at a higher price under the same nonce. */
const STUCK_MS = 10 * MINUTE_MS;
/** Nodes do not all know of a block at once. */
const LAG_MS = MINUTE_MS;
const RELAYED_OVER: Readonly<Record<"CONFIRMED" | "FAILED", RedemptionEnding>> = {
  CONFIRMED: { outcome: "REDEEMED", reason: null },
  FAILED: { outcome: "FAILED", reason: "the relayer says that it failed on the chain" },
};

/**
 * Asks what became of a redemption, and sends its bytes (again) only where they may not have arrived.
 * @throws TransientError and its kinds: asked again later
 */
export function followRedemption(
  deps: SettlementDeps,
  record: RedemptionRecord,
  signal: AbortSignal,
): Promise<RedemptionEnding> {
  return record.request.kind === "TRANSACTION"
    ? followTransaction(deps, record, signal)
    : followRelayed(deps, record, signal);
}

async function followTransaction(
  { chain, clock, store, account }: SettlementDeps,
  record: RedemptionRecord,
  signal: AbortSignal,
): Promise<RedemptionEnding> {
  const { txHash, lastSentAt, signedAt, request, signature } = record;
  const receipt = lastSentAt === null || txHash === null ? null : await chain.receipt(txHash, signal);
  if (receipt !== null) {
    if (!receipt.isFinal) return null;
    return receipt.isSuccess
      ? { outcome: "REDEEMED", reason: null }
      : { outcome: "FAILED", reason: "the transaction reverted" };
  }
  const now = clock.nowMs();
  const mined = await chain.nonce(account.owner, signal);
  if (mined > request.nonce)
    return now > signedAt + LAG_MS ? { outcome: "REPLACED", reason: "another transaction took its nonce" } : null;
  if (lastSentAt !== null && now > signedAt + STUCK_MS)
    return { outcome: "REPLACED", reason: "not mined within ten minutes" };
  if (lastSentAt !== null && now < lastSentAt + RESEND_MS) return null;
  await store.markSent(record, now);
  await chain.send(signature, signal);
  return null;
}

async function followRelayed(
  deps: SettlementDeps,
  record: RedemptionRecord,
  signal: AbortSignal,
): Promise<RedemptionEnding> {
  const { clock, store, relayer } = deps;
  // Without its key nothing can be asked: it stays open until there is one again.
  if (relayer === null) return null;
  const id = record.relayId ?? (await findRelayed(relayer, record, signal));
  if (id === null) return submit(deps, relayer, record, signal);
  if (record.relayId === null) await store.markRelayed(record, id);
  const told = await relayer.transaction(id, signal);
  if (told !== null && told.state !== "UNDER_WAY") return RELAYED_OVER[told.state];
  const isStuck = clock.nowMs() > record.signedAt + STUCK_MS;
  return isStuck ? { outcome: "REPLACED", reason: "the relayer has not sent it within ten minutes" } : null;
}

/** An answer that got lost is looked for before anything is sent again. */
async function findRelayed(relayer: Relayer, record: RedemptionRecord, signal: AbortSignal): Promise<string | null> {
  if (record.lastSentAt === null) return null;
  const recent = await relayer.recent(signal);
  return recent.find(({ signature }) => signature.toLowerCase() === record.signature.toLowerCase())?.id ?? null;
}

async function submit(
  { clock, store }: SettlementDeps,
  relayer: Relayer,
  record: RedemptionRecord,
  signal: AbortSignal,
): Promise<RedemptionEnding> {
  const { request, signature } = record;
  if (request.kind === "TRANSACTION") return null;
  await store.markSent(record, clock.nowMs());
  try {
    await store.markRelayed(record, await relayer.submit(request, signature, signal));
    return null;
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    return { outcome: "FAILED", reason: error.message };
  }
}
