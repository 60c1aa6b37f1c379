import * as Keystore from "ox/Keystore";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { ConfigError } from "../../core/errors.ts";
import { readPrivateFile } from "./private-file.ts";
import type { KeySource } from "./settings.ts";

type Texts = Record<string, string | undefined>;

/**
 * The account that the key belongs to; the key itself leaves this function only inside it.
 * @param variables the process's environment: a key found there is taken out, so that no child process inherits it
 * @throws ConfigError without any part of the key
 */
export function loadAccount(source: KeySource, variables: Texts): PrivateKeyAccount {
  if ("environment" in source) {
    const text = variables[source.environment];
    delete variables[source.environment];
    if (text === undefined) throw new ConfigError([`${source.environment} is not set in the signer's environment`]);
    return toAccount(text, source.environment);
  }
  if ("file" in source) return toAccount(readPrivateFile(source.file, "secret"), source.file);
  return toAccount(decrypt(source.keystore, source.passwordFile), source.keystore);
}

function toAccount(text: string, where: string): PrivateKeyAccount {
  const trimmed = text.trim();
  const digits = trimmed.startsWith("0x") ? trimmed.slice(2) : trimmed;
  try {
    if (/^[0-9a-fA-F]{64}$/.test(digits)) return privateKeyToAccount(`0x${digits}`);
  } catch {
    // Zero, or above the curve's order: no cause is passed on, it may quote the key.
  }
  throw new ConfigError([`${where} does not hold a private key (64 hex digits)`]);
}

function decrypt(path: string, passwordFile: string): string {
  const text = readPrivateFile(path, "secret");
  const password = readPrivateFile(passwordFile, "secret").replace(/\r?\n$/, "");
  try {
    const keystore = JSON.parse(text) as Keystore.Keystore;
    return Keystore.decrypt(keystore, Keystore.toKey(keystore, { password }));
  } catch {
    throw new ConfigError([
      `${path} cannot be decrypted: it is no keystore of version 3, or the password in ${passwordFile} is wrong`,
    ]);
  }
}
