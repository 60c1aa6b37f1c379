import { AbortedError, RejectedError } from "../../core/errors.ts";
import type { SignerIdentity } from "../../ports/order-signer.ts";
import type { LiveDoctorDeps } from "./doctor-deps.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** It redeems, and trades nothing: without it what resolved stays in the wallet. */
export async function checkRelayerKey(
  { relayerKey, expected }: LiveDoctorDeps,
  { owner }: SignerIdentity,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const missed = "resolved positions are shown and not redeemed";
  const make = `make a relayer API key for ${owner} on the venue's settings page and set RELAYER_API_KEY`;
  if (relayerKey === null) return [warn("relayer-key", `RELAYER_API_KEY is not set: ${missed}`, make)];
  try {
    await relayerKey(signal);
    return [ok("relayer-key", "the relayer takes RELAYER_API_KEY")];
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    if (!(error instanceof RejectedError)) {
      const detail = `whether the relayer takes RELAYER_API_KEY is not known: ${error instanceof Error ? error.message : error}`;
      return [warn("relayer-key", detail, "check RELAYER_URL, and look again")];
    }
    const of = expected.relayerKeyAddress ?? owner;
    const detail = `the relayer does not take RELAYER_API_KEY as ${of}'s (${error.message}): ${missed}`;
    const other = `unset RELAYER_API_KEY_ADDRESS if the key was made for the signer's ${owner}; else ${make}`;
    return [fail("relayer-key", detail, of === owner ? make : other)];
  }
}
