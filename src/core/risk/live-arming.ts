import type { SignatureType } from "../chain/exchange-order.ts";
import type { Address } from "../ids/ids.ts";
import { formatUsd, type UsdMicros } from "../money/amounts.ts";
import type { SignalType } from "../signals/signal.ts";
import type { LiveGate } from "./live-gate.ts";

export type ArmingCode =
  | "ACK_MISSING"
  | "SIGNER_MISSING"
  | "SIGNER_SILENT"
  | "WALLET_NOT_ACKNOWLEDGED"
  | "WALLET_UNEXPECTED"
  | "WALLET_CHANGED"
  | "WALLET_NOT_DEPLOYED"
  | "SIGNATURE_INVALID"
  | "COUNTRY_BLOCKED"
  | "COUNTRY_UNKNOWN"
  | "CREDENTIALS_REFUSED"
  | "VENUE_SILENT"
  | "CLOCK_OFF"
  | "CLOSED_ONLY"
  | "CAPITAL_ABOVE_WALLET"
  | "NOT_PROVEN";

/** Why live trading did not begin, with what to do about it. */
export type ArmingRefusal = { readonly code: ArmingCode; readonly text: string };

/** What was expected and what was found, of a wallet that the signer signs for. */
export type WalletFacts = {
  readonly wallet: Address;
  readonly signatureType: SignatureType;
  /** LIVE_TRADING_ACK. */
  readonly acknowledged: string | null;
  /** FUNDER_ADDRESS, SIGNATURE_TYPE; null: whatever the signer says. */
  readonly expectedWallet: string | null;
  readonly expectedType: string | null;
  /** The wallet of earlier live trading in this database. */
  readonly earlier: Address | null;
};

export function* walletRefusals(facts: WalletFacts): Generator<ArmingRefusal> {
  const { wallet, signatureType, acknowledged, expectedWallet, expectedType, earlier } = facts;
  if (acknowledged !== wallet) {
    const text = `the signer signs for ${wallet}, LIVE_TRADING_ACK is ${acknowledged ?? "not set"}: set it to the wallet you mean`;
    yield { code: acknowledged === null ? "ACK_MISSING" : "WALLET_NOT_ACKNOWLEDGED", text };
  }
  if (expectedWallet !== null && expectedWallet !== wallet)
    yield { code: "WALLET_UNEXPECTED", text: `the signer signs for ${wallet}, FUNDER_ADDRESS is ${expectedWallet}` };
  if (expectedType !== null && expectedType !== String(signatureType))
    yield {
      code: "WALLET_UNEXPECTED",
      text: `the signer signs with type ${signatureType}, SIGNATURE_TYPE is ${expectedType}`,
    };
  if (earlier !== null && earlier !== wallet)
    yield {
      code: "WALLET_CHANGED",
      text: `this database holds the live trading of ${earlier}: use that wallet, or another database`,
    };
}

export type VenueFacts = {
  /** Ours less the venue's. */
  readonly clockOffMs: number;
  readonly isClosedOnly: boolean;
  readonly collateralUsd: UsdMicros;
  /** Nothing was traded live yet: the account begins with its capital. */
  readonly isNew: boolean;
  readonly capitalUsd: UsdMicros;
};

/** Requests carry the time; the venue refuses those that are too far off. */
const CLOCK_OFF_MS_MAX = 2_000;

export function* venueRefusals(facts: VenueFacts): Generator<ArmingRefusal> {
  const { clockOffMs, isClosedOnly, collateralUsd, capitalUsd, isNew } = facts;
  if (Math.abs(clockOffMs) > CLOCK_OFF_MS_MAX)
    yield { code: "CLOCK_OFF", text: `this machine's clock is ${clockOffMs} ms off the venue's: set it (NTP)` };
  if (isClosedOnly) yield { code: "CLOSED_ONLY", text: "the venue lets this account only close positions" };
  if (isNew && capitalUsd > collateralUsd)
    yield {
      code: "CAPITAL_ABOVE_WALLET",
      text: `CAPITAL_USD is ${formatUsd(capitalUsd)} and the wallet holds ${formatUsd(collateralUsd)}: limits are shares of it, so set it to what is there`,
    };
}

/** @param switchedOn the signal types that would trade */
export function* gateRefusals(gate: LiveGate | null, switchedOn: readonly SignalType[]): Generator<ArmingRefusal> {
  if (gate === null || switchedOn.some((type) => gate.types.includes(type))) return;
  const names = switchedOn.join(", ") || "no signal type is switched on";
  yield {
    code: "NOT_PROVEN",
    text: `no paper record with a lower bound of edge above 0 (${names}; see orderflow_significance); LIVE_GATE=off trades without one`,
  };
}
