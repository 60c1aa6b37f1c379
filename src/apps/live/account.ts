import { getAddress } from "viem";
import type { Environment } from "../../adapters/config/environment.ts";
import { createAccountClient } from "../../adapters/polymarket-clob/account-client.ts";
import type { ApiCredentials } from "../../adapters/polymarket-clob/auth.ts";
import { login } from "../../adapters/polymarket-clob/login.ts";
import { createSignerClient } from "../../adapters/signer/signer-client.ts";
import { ConfigError, RejectedError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OrderSigner, SignerIdentity } from "../../ports/order-signer.ts";
import type { VenueClient } from "../../ports/venue-client.ts";
import { USER_AGENT } from "../version.ts";
import { credentialsPath, type Login, readLogin, writeLogin } from "./credentials-file.ts";

/** Our account at the venue, logged in. */
export type Account = {
  readonly identity: SignerIdentity;
  readonly credentials: ApiCredentials;
  readonly client: VenueClient;
  /** The account may only reduce what it holds. */
  readonly isClosedOnly: boolean;
};

export type AccountParts = {
  readonly environment: Pick<
    Environment,
    "CLOB_URL" | "DATA_DIR" | "SIGNER_SOCKET" | "CLOB_API_KEY" | "CLOB_API_SECRET" | "CLOB_API_PASSPHRASE"
  >;
  readonly clock: Clock;
};

const TIMEOUT_MS = 10_000;
const UNAUTHORIZED = 401;

/** @throws ConfigError where none is configured */
export function openSigner(environment: Pick<Environment, "SIGNER_SOCKET">): OrderSigner {
  if (environment.SIGNER_SOCKET !== null) return createSignerClient(environment.SIGNER_SOCKET);
  throw new ConfigError([
    "SIGNER_SOCKET is not set: start `orderflow signer --settings <file>` and set SIGNER_SOCKET to the socket that it names",
  ]);
}

export const openClient = (parts: AccountParts, { identity, credentials }: Login): VenueClient =>
  createAccountClient({
    ...{ url: parts.environment.CLOB_URL, timeoutMs: TIMEOUT_MS, userAgent: USER_AGENT, clock: parts.clock },
    ...{ owner: getAddress(identity.owner), credentials, signatureType: identity.signatureType },
  });

/** Whose wallet: as the signer says, or without it as at the last login. @throws ConfigError, TransientError */
export async function identityOf({ environment }: AccountParts, signal: AbortSignal): Promise<SignerIdentity> {
  const kept = readLogin(credentialsPath(environment.DATA_DIR));
  if (environment.SIGNER_SOCKET === null && kept !== null) return kept.identity;
  return openSigner(environment).identity(signal);
}

/** With the credentials that an earlier login has left, asking nobody whether they are still good; null without any. */
export function openKeptClient(parts: AccountParts): VenueClient | null {
  const kept = readLogin(credentialsPath(parts.environment.DATA_DIR));
  if (kept === null) return null;
  return openClient(parts, { ...kept, credentials: givenCredentials(parts.environment) ?? kept.credentials });
}

/**
 * With the credentials that are configured or kept, or with new ones where there are none, they are another signer's, or the venue no
 * longer takes them.
 * @throws ConfigError with the remedy; TransientError and its kinds where signer or venue do not answer
 */
export async function openAccount(parts: AccountParts, signal: AbortSignal): Promise<Account> {
  const path = credentialsPath(parts.environment.DATA_DIR);
  const kept = readLogin(path);
  const signer = parts.environment.SIGNER_SOCKET === null ? null : openSigner(parts.environment);
  // Those of the signer that runs count; where none does, the credentials alone are good for looking and cancelling.
  const identity = (await signer?.identity(signal).catch(orKept(kept))) ?? kept?.identity;
  const given = givenCredentials(parts.environment);
  if (given !== null && identity !== undefined) {
    const account = await enter(parts, { identity, credentials: given }, signal);
    if (account === null)
      throw new ConfigError(["the venue does not take CLOB_API_KEY (401): correct it, or unset it"]);
    return account;
  }
  if (kept !== null && identity !== undefined && isSame(kept.identity, identity)) {
    const account = await enter(parts, kept, signal);
    if (account !== null) return account;
  }
  return logInAnew(parts, signal);
}

/** In place of credentials that the venue took and takes no longer. @throws RejectedError where it can be no others */
export async function renewClient(parts: AccountParts, signal: AbortSignal): Promise<VenueClient> {
  if (givenCredentials(parts.environment) !== null)
    throw new RejectedError("LOGIN_REFUSED", "CLOB_API_KEY is configured, and the venue does not take it");
  try {
    return (await logInAnew(parts, signal)).client;
  } catch (error) {
    if (error instanceof ConfigError) throw new RejectedError("LOGIN_REFUSED", error.message);
    throw error;
  }
}

async function logInAnew(parts: AccountParts, signal: AbortSignal): Promise<Account> {
  const using = openSigner(parts.environment);
  const { CLOB_URL: url } = parts.environment;
  const asked = { url, timeoutMs: TIMEOUT_MS, userAgent: USER_AGENT, clock: parts.clock, signer: using };
  const fresh = { identity: await using.identity(signal), credentials: await login(asked, signal) };
  const account = await enter(parts, fresh, signal);
  if (account === null) throw new ConfigError(["the venue does not take the credentials that it has just made (401)"]);
  await writeLogin(credentialsPath(parts.environment.DATA_DIR), fresh);
  return account;
}

function givenCredentials(environment: AccountParts["environment"]): ApiCredentials | null {
  const { CLOB_API_KEY: key, CLOB_API_SECRET: secret, CLOB_API_PASSPHRASE: passphrase } = environment;
  if (key === null || secret === null || passphrase === null) return null;
  return { key: key.reveal(), secret: secret.reveal(), passphrase: passphrase.reveal() };
}

/** @returns null where the venue does not take the credentials */
async function enter(parts: AccountParts, using: Login, signal: AbortSignal): Promise<Account | null> {
  const client = openClient(parts, using);
  try {
    return { ...using, client, isClosedOnly: await client.isClosedOnly(signal) };
  } catch (error) {
    if (error instanceof RejectedError && error.context.status === UNAUTHORIZED) return null;
    throw error;
  }
}

const orKept =
  (kept: Login | null) =>
  (error: unknown): undefined => {
    if (kept === null) throw error;
  };

const isSame = (a: SignerIdentity, b: SignerIdentity): boolean =>
  a.owner === b.owner && a.wallet === b.wallet && a.signatureType === b.signatureType;
