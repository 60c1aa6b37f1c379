import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { $, aWallet, NOON } from "../../../test/support/trading.ts";
import { RejectedError, TransientError } from "../../core/errors.ts";
import type { Significance } from "../../core/performance/significance.ts";
import { addMs } from "../../core/time/time.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { type ArmingDeps, armLive } from "./arm-live.ts";

const WALLET = aWallet(3);
const identity = { owner: aWallet(1), wallet: WALLET, signatureType: 3 } as const;
const proven: Significance = {
  ...{ signalType: "FOLLOW_WHALE", source: null, bets: 40, clusters: 30, edgePerShare: 0.05 },
  ...{ lowerBound: 0.01, upperBound: 0.09, verdict: "proven" },
};
const never = (): never => {
  throw new Error("not asked");
};
type Venue = { readonly time?: number; readonly closedOnly?: boolean; readonly collateral?: string };

function client({ time = NOON, closedOnly = false, collateral = "500" }: Venue = {}): VenueClient {
  return {
    time: async () => addMs(NOON, time - NOON),
    isClosedOnly: async () => closedOnly,
    collateral: async () => ({ balanceUsd: $(collateral), allowanceUsd: $(collateral) }),
    ...{
      postOrder: never,
      order: never,
      openOrders: never,
      trades: never,
      cancel: never,
      cancelAll: never,
      shares: never,
    },
  };
}

/** Everything as it has to be; a test spoils a part. */
function deps(change: Partial<ArmingDeps> = {}, wanted: Partial<ArmingDeps["wanted"]> = {}): ArmingDeps {
  return {
    signer: { identity: async () => identity, signOrder: never, signTrial: never, signAttestation: never },
    access: { geoblock: async () => ({ blocked: false, country: "IE", region: "" }) },
    login: async () => client(),
    trySignature: async () => [],
    account: { account: async () => null },
    records: async () => [proven],
    clock: createManualClock(NOON),
    wanted: {
      ...{ acknowledged: WALLET, wallet: null, signatureType: null, gate: "on", capitalUsd: $("450") },
      ...{ switchedOn: ["FOLLOW_WHALE"], ...wanted },
    },
    ...change,
  };
}
const arm = (of: ArmingDeps) => armLive(of, AbortSignal.timeout(5_000));
async function codes(of: ArmingDeps): Promise<readonly string[]> {
  const arming = await arm(of);
  return arming.armed ? [] : arming.refusals.map(({ code }) => code);
}

test("with all that it takes it is armed, and only proven types may trade", async () => {
  const negative = { ...proven, source: aWallet(9), verdict: "negative" } as const;
  const arming = await arm(deps({ records: async () => [proven, negative] }));
  expect(arming).toMatchObject({ armed: true, identity, gate: { types: ["FOLLOW_WHALE"], negative: [aWallet(9)] } });
  expect(await arm(deps({ records: async () => [] }, { gate: "off" }))).toMatchObject({ armed: true, gate: null });
});

const down = () => Promise.reject(new TransientError("DOWN", "no answer"));
const earlier = { wallet: aWallet(8), baselineUsd: $("1"), baselineAt: NOON, reconciledAt: null };

describe("one thing that is missing keeps it on paper", () => {
  const CASES: readonly (readonly [string, ArmingDeps])[] = [
    ["ACK_MISSING", deps({}, { acknowledged: null })],
    ["WALLET_NOT_ACKNOWLEDGED", deps({}, { acknowledged: aWallet(4) })],
    ["WALLET_UNEXPECTED", deps({}, { wallet: aWallet(4) })],
    ["WALLET_UNEXPECTED", deps({}, { signatureType: "2" })],
    ["WALLET_CHANGED", deps({ account: { account: async () => earlier } })],
    [
      "WALLET_NOT_DEPLOYED",
      deps({ trySignature: async () => [{ code: "WALLET_NOT_DEPLOYED", text: "not deployed" }] }),
    ],
    ["SIGNER_MISSING", deps({ signer: null })],
    ["SIGNER_SILENT", deps({ signer: { identity: down, signOrder: never, signTrial: never, signAttestation: never } })],
    ["COUNTRY_BLOCKED", deps({ access: { geoblock: async () => ({ blocked: true, country: "US", region: "NY" }) } })],
    ["COUNTRY_UNKNOWN", deps({ access: { geoblock: down } })],
    ["CREDENTIALS_REFUSED", deps({ login: () => Promise.reject(new RejectedError("LOGIN_REFUSED", "401")) })],
    ["VENUE_SILENT", deps({ login: async () => ({ ...client(), isClosedOnly: down }) })],
    ["CLOSED_ONLY", deps({ login: async () => client({ closedOnly: true }) })],
    ["CLOCK_OFF", deps({ login: async () => client({ time: NOON - 4_000 }) })],
    ["CLOCK_OFF", deps({ login: async () => client({ time: NOON + 4_000 }) })],
    ["CAPITAL_ABOVE_WALLET", deps({ login: async () => client({ collateral: "449.99" }) })],
    ["NOT_PROVEN", deps({ records: async () => [] })],
    ["NOT_PROVEN", deps({}, { switchedOn: ["FADE_DEGEN"] })],
    ["NOT_PROVEN", deps({ records: async () => [{ ...proven, source: aWallet(5) }] })],
  ];
  test.each(CASES)("%s", async (code, of) => {
    expect(await codes(of)).toEqual([code]);
  });
});

test("everything that is missing is said at once", async () => {
  const spoiled = deps(
    { records: async () => [], login: async () => client({ closedOnly: true }) },
    { acknowledged: null, capitalUsd: $("9000") },
  );
  expect(await codes(spoiled)).toEqual(["NOT_PROVEN", "ACK_MISSING", "CLOSED_ONLY", "CAPITAL_ABOVE_WALLET"]);
});

test("later starts do not ask that the capital lies in the wallet: some of it is in positions", async () => {
  const account = { account: async () => ({ ...earlier, wallet: WALLET }) };
  expect(await codes(deps({ account, login: async () => client({ collateral: "1" }) }))).toEqual([]);
});

test("our own mistake is no reason: it is thrown", async () => {
  await expect(arm(deps({ records: () => Promise.reject(new Error("a bug")) }))).rejects.toThrow("a bug");
});
