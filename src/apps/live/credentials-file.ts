import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { ApiCredentials } from "../../adapters/polymarket-clob/auth.ts";
import { readPrivateFile, replaceFile } from "../../adapters/signer/private-file.ts";
import { ConfigError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import type { SignerIdentity } from "../../ports/order-signer.ts";

/** Credentials, and whose: enough to cancel and to look without the signer. */
export type Login = { readonly identity: SignerIdentity; readonly credentials: ApiCredentials };

const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform(parseAddress);
const schema = z.strictObject({
  identity: z.strictObject({ owner: address, wallet: address, signatureType: z.literal([0, 1, 2, 3]) }),
  credentials: z.strictObject({ key: z.string(), secret: z.string(), passphrase: z.string() }),
});

/** Outside the database, readable for this user alone. */
export const credentialsPath = (dataDir: string): string => join(dataDir, "clob-credentials.json");

/** @returns null where there is none. @throws ConfigError for one that others can read, or a damaged one */
export function readLogin(path: string): Login | null {
  if (!existsSync(path)) return null;
  const text = readPrivateFile(path, "secret");
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ConfigError([`${path} is damaged: remove it, and the next command logs in again`]);
  }
}

export async function writeLogin(path: string, login: Login): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await replaceFile(path, `${JSON.stringify(login)}\n`);
}
