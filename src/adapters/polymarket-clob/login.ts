import { getAddress } from "viem";
import { z } from "zod";
import { ConfigError, RejectedError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OrderSigner } from "../../ports/order-signer.ts";
import { type ApiCredentials, l1Headers } from "./auth.ts";
import { type ClobClientOptions, createClobClient } from "./clob-client.ts";
import { parseAnswer } from "./private-requests.ts";

export type LoginOptions = ClobClientOptions & {
  readonly signer: Pick<OrderSigner, "identity" | "signAttestation">;
  readonly clock: Clock;
};

const answer = z.object({ apiKey: z.string().min(1), secret: z.string().min(1), passphrase: z.string().min(1) });
/** One key for each owner and nonce; other nonces make more keys, which nobody needs. */
const NONCE = 0;

/**
 * API credentials of the signer's owner (L1, API sheet, section 2.1): those that exist, or new ones.
 * @throws ConfigError for a proven no with its remedy; TransientError and its kinds, PayloadError, AbortedError
 */
export async function login(options: LoginOptions, signal: AbortSignal): Promise<ApiCredentials> {
  const { owner } = await options.signer.identity(signal);
  const client = createClobClient(options);
  async function ask(method: "GET" | "POST", path: string): Promise<unknown> {
    // Each its own stamp: the venue takes an attestation for a few seconds only.
    const seconds = Math.floor(options.clock.nowMs() / 1_000);
    const signature = await options.signer.signAttestation(seconds, NONCE, signal);
    const headers = l1Headers(getAddress(owner), signature, seconds, NONCE);
    return client.send({ method, path, body: "", headers }, signal);
  }

  const derive = (): Promise<unknown> => ask("GET", "/auth/derive-api-key").catch(orNone);
  // Deriving first: creating what exists is refused. And last: another process of ours may have created it meanwhile.
  const made = (await derive()) ?? (await ask("POST", "/auth/api-key").catch(orNone)) ?? (await derive());
  if (made === null) throw new ConfigError([`the venue makes no API credentials for ${owner}`]);
  const { apiKey: key, secret, passphrase } = parseAnswer(answer, made, "/auth/api-key");
  return { key, secret, passphrase };
}

/** @returns null where there are no such credentials (yet) */
function orNone(error: unknown): null {
  if (!(error instanceof RejectedError)) throw error;
  const { status } = error.context;
  if (status === 400) return null;
  if (status === 403) throw new ConfigError([BLOCKED]);
  if (status === 401)
    throw new ConfigError([
      "the venue does not take the signer's attestation (401): check this machine's clock with `orderflow doctor`",
    ]);
  throw error;
}

const BLOCKED = "the venue keeps this machine out (403): its firewall, or the rules of the country it is in";
