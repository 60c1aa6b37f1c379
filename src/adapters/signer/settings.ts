import { dirname, resolve } from "node:path";
import { z } from "zod";
import { orderDomain } from "../../core/chain/exchange-order.ts";
import { ConfigError } from "../../core/errors.ts";
import { parseAddress } from "../../core/ids/ids.ts";
import { parsePrice, parseUsd } from "../../core/money/amounts.ts";
import type { SigningPolicy } from "../../core/risk/signing-policy.ts";
import { readPrivateFile } from "./private-file.ts";

const usd = z.string().transform((text, context) => {
  const amount = parseUsd(text);
  if (amount !== null && amount > 0n) return amount;
  context.addIssue({ code: "custom", message: 'must be dollars as text, e.g. "25" or "25.50"' });
  return z.NEVER;
});
const price = z.string().transform((text, context) => {
  const at = parsePrice(text);
  if (at !== null) return at;
  context.addIssue({ code: "custom", message: 'must be a price as text between "0" and "1"' });
  return z.NEVER;
});
const key = z.union([
  z.strictObject({ file: z.string() }),
  z.strictObject({ environment: z.string() }),
  z.strictObject({ keystore: z.string(), passwordFile: z.string() }),
]);

const CONTRACTS = {
  standard: orderDomain("v1", false).verifyingContract,
  "neg-risk": orderDomain("v1", true).verifyingContract,
  v3: orderDomain("v2", false).verifyingContract,
};

/** The one file an operator reads to know what can be signed. Paths in it are relative to it. */
const schema = z.strictObject({
  key,
  wallet: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, "must be the address that holds the money")
    .transform(parseAddress),
  signatureType: z.literal([0, 1, 2, 3]).default(3),
  exchanges: z
    .array(z.literal(["standard", "neg-risk", "v3"]))
    .min(1)
    .default(["standard", "neg-risk", "v3"]),
  sides: z
    .array(z.literal(["BUY", "SELL"]))
    .min(1)
    .default(["BUY", "SELL"]),
  minPrice: price.prefault("0.01"),
  maxPrice: price.prefault("0.99"),
  maxOrderUsd: usd,
  maxDayUsd: usd,
});

export type KeySource = z.infer<typeof key>;
export type SignerSettings = {
  readonly key: KeySource;
  readonly policy: Omit<SigningPolicy, "owner">;
};

/** @throws ConfigError with every problem */
export function readSignerSettings(path: string): SignerSettings {
  const text = readPrivateFile(path, "rules");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError([`${path} is not JSON`]);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(
        ({ path: at, message }) => `${path}: ${at.length === 0 ? "" : `${at.join(".")} `}${message}`,
      ),
    );
  }
  const { key: source, exchanges, ...policy } = parsed.data;
  if (policy.minPrice >= policy.maxPrice) throw new ConfigError([`${path}: minPrice must be below maxPrice`]);
  const contracts = exchanges.map((name) => CONTRACTS[name]);
  return { key: besideSettings(source, path), policy: { ...policy, contracts } };
}

function besideSettings(source: KeySource, path: string): KeySource {
  const beside = (name: string): string => resolve(dirname(path), name);
  if ("file" in source) return { file: beside(source.file) };
  if ("keystore" in source) return { keystore: beside(source.keystore), passwordFile: beside(source.passwordFile) };
  return source;
}
