const REDACTED = "[redacted]";
const URL_IN_TEXT = /\b(?:https?|wss?|postgres(?:ql)?):\/\/[^\s"'<>),;]+/g;
/** The form of an address, told to whoever has to fill it in. */
const FORM = /^postgresql:\/\/user:password@host:5432\/\w+$/;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const SECRET_NAME = /(private_?key|api_?key|secret|password|passphrase|authorization|mnemonic)/i;

/** Providers put keys into the path, the query or before the "@", so only scheme and host of an address are shown. */
function toOrigin(text: string): string {
  if (FORM.test(text)) return text;
  if (!URL.canParse(text)) return REDACTED;
  const url = new URL(text);
  const origin = `${url.protocol}//${url.host}`;
  if (LOOPBACK.has(url.hostname) && url.username === "" && url.password === "") return text;
  const rest = text.replace(/\/+$/, "") !== origin;
  return rest ? `${origin}/…` : origin;
}

/** Every address in a text cut down to its origin; loopback addresses without credentials stay whole. */
export const redactText = (text: string): string => text.replace(URL_IN_TEXT, toOrigin);

/** Whether a field of this name is never shown, whatever it holds. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

export { REDACTED };
