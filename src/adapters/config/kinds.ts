import { z } from "zod";
import { parseUsd, type UsdMicros } from "../../core/money/amounts.ts";
import { Secret } from "./secret.ts";

/** How the text of one variable becomes a value. `label` says in words what is accepted. */
export type Kind<T> = { readonly label: string; readonly schema: z.ZodType<T, string> };

/** `undefined` from `parse` means "not acceptable"; the message is the kind's label. */
function kind<T>(label: string, parse: (text: string) => T | undefined): Kind<T> {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `must be ${label}` });
    return z.NEVER;
  });
  return { label, schema };
}

const INTEGER = /^\d{1,12}$/;
const NUMBER = /^\d{1,9}(\.\d{1,9})?$/;

const inRange = (value: number, min: number, max: number): number | undefined =>
  value >= min && value <= max ? value : undefined;

export const wholeNumber = (min: number, max: number): Kind<number> =>
  kind(`a whole number from ${min} to ${max}`, (text) =>
    INTEGER.test(text) ? inRange(Number(text), min, max) : undefined,
  );

export const decimal = (min: number, max: number): Kind<number> =>
  kind(`a number from ${min} to ${max}`, (text) => (NUMBER.test(text) ? inRange(Number(text), min, max) : undefined));

/** Dollars as decimal text, read exactly: never through a float. */
export const dollars: Kind<UsdMicros> = kind("an amount in dollars, above 0, with at most 6 decimals", (text) => {
  const amount = parseUsd(text);
  return amount !== null && amount > 0n ? amount : undefined;
});

export const flag: Kind<boolean> = kind("true or false", (text) =>
  text === "true" ? true : text === "false" ? false : undefined,
);

export const oneOf = <const T extends string>(...choices: readonly T[]): Kind<T> =>
  kind(`one of ${choices.join(", ")}`, (text) => choices.find((choice) => choice === text));

export const folder: Kind<string> = kind("a folder", (text) => text);

export const file: Kind<string> = kind("a file", (text) => text);

/** Text that is never shown. */
export const secretText: Kind<Secret> = kind("a text", (text) => new Secret(text));

export const walletAddress: Kind<string> = kind("a wallet address (0x and 40 hex digits)", (text) =>
  /^0x[0-9a-fA-F]{40}$/.test(text) ? text.toLowerCase() : undefined,
);

function hasScheme(text: string, schemes: readonly string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1));
}

export const httpUrl: Kind<string> = kind("an http or https address", (text) =>
  hasScheme(text, ["http", "https"]) ? text.replace(/\/+$/, "") : undefined,
);

export const wsUrl: Kind<string> = kind("a ws or wss address", (text) =>
  hasScheme(text, ["ws", "wss"]) ? text.replace(/\/+$/, "") : undefined,
);

/** A node's WebSocket: keys often stand in its path. */
export const wsSecretUrl: Kind<Secret> = kind("a ws or wss address", (text) =>
  hasScheme(text, ["ws", "wss"]) ? new Secret(text) : undefined,
);

export const postgresUrl: Kind<Secret> = kind(
  "an address of the form postgresql://user:password@host:5432/name",
  (text) => (hasScheme(text, ["postgres", "postgresql"]) ? new Secret(text) : undefined),
);

/** Whoever knows it may write to the channel. Not encrypted only on this machine, for tests. */
export const webhookUrl: Kind<Secret> = kind("an https:// address", (text) =>
  hasScheme(text, ["https"]) || (hasScheme(text, ["http"]) && new URL(text).hostname === "127.0.0.1")
    ? new Secret(text)
    : undefined,
);

/** Several endpoints separated by commas; keys often stand in their paths, so the list is a secret. */
export const rpcUrls: Kind<Secret<readonly string[]>> = kind(
  "one or more https:// or wss:// addresses, separated by commas",
  (text) => {
    const urls = text.split(",").map((url) => url.trim());
    return urls.every((url) => hasScheme(url, ["http", "https", "ws", "wss"])) ? new Secret(urls) : undefined;
  },
);

/** An address that is a secret as a whole: whoever knows it may ask for it. */
export const httpSecretUrl: Kind<Secret> = kind("an http or https address", (text) =>
  hasScheme(text, ["http", "https"]) ? new Secret(text) : undefined,
);

const FILES = "{files}";

/** It may hold credentials of the store. */
export const tableExpression: Kind<Secret> = kind(`a table expression of ClickHouse with ${FILES} in it`, (text) =>
  text.includes(FILES) ? new Secret(text) : undefined,
);

export const hostName: Kind<string> = kind("an IP address or a host name", (text) =>
  /^[0-9A-Za-z.:-]{1,253}$/.test(text) ? text : undefined,
);

const PASSWORD_LENGTH_MIN = 12;

export const passwordText: Kind<Secret> = kind(`at least ${PASSWORD_LENGTH_MIN} characters`, (text) =>
  text.length >= PASSWORD_LENGTH_MIN ? new Secret(text) : undefined,
);
