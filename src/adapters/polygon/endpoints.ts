import { ConfigError } from "../../core/errors.ts";

/** Public Polygon endpoints without a key, tried in this order: slow, rate-limited, and no guarantee of anything. */
export const PUBLIC_ENDPOINTS: readonly string[] = [
  "https://polygon-bor-rpc.publicnode.com",
  "https://polygon.drpc.org",
  "https://1rpc.io/matic",
  "https://polygon.gateway.tenderly.co",
  "https://polygon-rpc.com",
];

export type EndpointUrls = { readonly http: readonly string[]; readonly ws: readonly string[] };

/**
 * Sorts `http(s)://` from `ws(s)://`. Without any of the second kind, subscriptions are tried where the first kind is:
 * most providers serve both under one name.
 * @throws ConfigError when there is no `http(s)://` URL, or a text that is no URL.
 */
export function sortEndpoints(urls: readonly string[]): EndpointUrls {
  const bad = urls.filter((url) => !URL.canParse(url) || !/^(https?|wss?):$/.test(new URL(url).protocol));
  if (bad.length > 0)
    throw new ConfigError([`POLYGON_RPC_URL holds ${bad.length} entries that are no http, https, ws or wss URL`]);
  const http = urls.filter((url) => url.startsWith("http"));
  if (http.length === 0) throw new ConfigError(["POLYGON_RPC_URL needs at least one http:// or https:// URL"]);
  const ws = urls.filter((url) => url.startsWith("ws"));
  return { http, ws: ws.length > 0 ? ws : http.map((url) => url.replace(/^http/, "ws")) };
}

/** All of a URL that may be shown: keys travel in paths, in queries and before the @. */
export const shownUrl = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};

/** Names to show, one for each URL and all different: two keys on one host are told apart by a number. */
export function endpointNames(urls: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return urls.map((url) => {
    const name = shownUrl(url);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} #${count}`;
  });
}

/** Shorter parts of a path are words ("rpc", "polygon"), not keys. */
const SECRET_LENGTH_MIN = 8;

/** @returns a function that takes out of a text whatever of the URL may be a key: providers repeat keys in their errors. */
export function secretsOf(url: string): (text: string) => string {
  const { username, password, pathname, searchParams } = new URL(url);
  const parts = [username, password, ...pathname.split("/"), ...searchParams.values()];
  const secrets = parts
    .flatMap((part) => [part, decoded(part)])
    .filter((part) => part.length >= SECRET_LENGTH_MIN)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
