import { PayloadError, RejectedError, TransientError } from "../../core/errors.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { UsdMicros } from "../../core/money/amounts.ts";
import type { Significance } from "../../core/performance/significance.ts";
import {
  type ArmingCode,
  type ArmingRefusal,
  gateRefusals,
  type VenueFacts,
  venueRefusals,
  walletRefusals,
} from "../../core/risk/live-arming.ts";
import { type LiveGate, liveGate } from "../../core/risk/live-gate.ts";
import type { SignalType } from "../../core/signals/signal.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LiveAccountStore } from "../../ports/live-account-store.ts";
import type { OrderSigner, SignerIdentity } from "../../ports/order-signer.ts";
import type { VenueAccess } from "../../ports/venue-access.ts";
import type { VenueClient } from "../../ports/venue-client.ts";

export type ArmingDeps = {
  /** null: no socket is configured. */
  readonly signer: OrderSigner | null;
  readonly access: VenueAccess;
  /** With the credentials that are configured, or those that the venue gives the signer's owner. @throws RejectedError, TransientError */
  readonly login: (identity: SignerIdentity, signal: AbortSignal) => Promise<VenueClient>;
  /** Why the venue would refuse what the signer signs for its wallet. */
  readonly trySignature: (
    signer: OrderSigner,
    identity: SignerIdentity,
    signal: AbortSignal,
  ) => Promise<readonly ArmingRefusal[]>;
  readonly account: Pick<LiveAccountStore, "account">;
  /** The paper account's. */
  readonly records: () => Promise<readonly Significance[]>;
  readonly clock: Clock;
  readonly wanted: {
    readonly acknowledged: string | null;
    readonly wallet: string | null;
    readonly signatureType: string | null;
    readonly gate: "on" | "off";
    readonly capitalUsd: UsdMicros;
    /** Signal types that would trade. */
    readonly switchedOn: readonly SignalType[];
  };
};

export type Arming =
  | { readonly armed: false; readonly refusals: readonly ArmingRefusal[]; readonly wallet: Address | null }
  | {
      readonly armed: true;
      readonly identity: SignerIdentity;
      readonly client: VenueClient;
      readonly signer: OrderSigner;
      /** null: LIVE_GATE=off. */
      readonly gate: LiveGate | null;
    };

/** Asks for all that live trading needs, and gives every reason why it may not begin, not only the first. */
export async function armLive(deps: ArmingDeps, signal: AbortSignal): Promise<Arming> {
  const { signer, wanted } = deps;
  const refusals: ArmingRefusal[] = [];
  const ask = async <T>(code: ArmingCode, what: string, question: () => Promise<T>): Promise<T | null> => {
    try {
      return await question();
    } catch (error) {
      if (!isAnswer(error)) throw error;
      refusals.push({ code, text: `${what}: ${error.message}` });
      return null;
    }
  };
  const gate = wanted.gate === "off" ? null : liveGate(await deps.records());
  refusals.push(...gateRefusals(gate, wanted.switchedOn));
  refusals.push(...(await countryRefusals(deps, ask, signal)));
  if (signer === null) {
    refusals.push({
      code: "SIGNER_MISSING",
      text: "SIGNER_SOCKET is not set: start `orderflow signer` and name its socket",
    });
    return { armed: false, refusals, wallet: null };
  }
  const identity = await ask("SIGNER_SILENT", "the signer", () => signer.identity(signal));
  if (identity === null) return { armed: false, refusals, wallet: null };
  const { wallet, signatureType } = identity;
  const account = await deps.account.account();
  const expected = { acknowledged: wanted.acknowledged, expectedWallet: wanted.wallet };
  const earlier = account?.wallet ?? null;
  refusals.push(...walletRefusals({ wallet, signatureType, ...expected, expectedType: wanted.signatureType, earlier }));
  const [tried, client] = await Promise.all([
    deps.trySignature(signer, identity, signal),
    ask("CREDENTIALS_REFUSED", "the API credentials", () => deps.login(identity, signal)),
  ]);
  refusals.push(...tried);
  if (client === null) return { armed: false, refusals, wallet };
  const facts = await ask("VENUE_SILENT", "the venue", () => askVenue(deps, client, account === null, signal));
  if (facts !== null) refusals.push(...venueRefusals(facts));
  if (refusals.length > 0) return { armed: false, refusals, wallet };
  return { armed: true, identity, client, signer, gate };
}

type Ask = <T>(code: ArmingCode, what: string, question: () => Promise<T>) => Promise<T | null>;

async function countryRefusals(
  { access }: ArmingDeps,
  ask: Ask,
  signal: AbortSignal,
): Promise<readonly ArmingRefusal[]> {
  const geoblock = await ask("COUNTRY_UNKNOWN", "whether the venue may be used from here", () =>
    access.geoblock(signal),
  );
  if (geoblock === null || !geoblock.blocked) return [];
  const where = [geoblock.country, geoblock.region].filter((part) => part !== "").join(", ");
  return [{ code: "COUNTRY_BLOCKED", text: `the venue may not be used from here (${where})` }];
}

async function askVenue(
  { clock, wanted }: ArmingDeps,
  client: VenueClient,
  isNew: boolean,
  signal: AbortSignal,
): Promise<VenueFacts> {
  const before = clock.nowMs();
  const time = await client.time(signal);
  // The venue tells whole seconds; ours lies between before and after the question.
  const off = before > time + 999 ? before - time : Math.min(0, clock.nowMs() - time);
  const [isClosedOnly, { balanceUsd }] = await Promise.all([
    client.isClosedOnly(signal),
    client.collateral(true, signal),
  ]);
  return { clockOffMs: off, isClosedOnly, collateralUsd: balanceUsd, capitalUsd: wanted.capitalUsd, isNew };
}

/** No answer, or a no: a reason to stay on paper. Whatever else goes wrong is none. */
const isAnswer = (error: unknown): error is Error =>
  error instanceof TransientError || error instanceof RejectedError || error instanceof PayloadError;
