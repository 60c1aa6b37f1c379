import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Posted = { readonly content: string; readonly mentions: unknown };
/** What the next post meets instead of success. */
export type DiscordTrouble =
  | { readonly kind: "limited"; readonly seconds: number; readonly isGlobal?: boolean; readonly headerOnly?: boolean }
  | { readonly kind: "status"; readonly status: number }
  /** Taken, and then no answer. */
  | { readonly kind: "silent" }
  | { readonly kind: "moved" };

/** A webhook's token, as it must never be seen anywhere. */
export const TOKEN = "s3cr3t-T0k3n-of-the-webhook";
const BUCKET_SIZE = 5;

/** Discord's side of a webhook, on loopback: five messages a bucket, its headers, its ways to say no. */
export async function startDiscord() {
  const posted: Posted[] = [];
  const troubles: DiscordTrouble[] = [];
  let left = BUCKET_SIZE;

  function trouble(response: ServerResponse, next: DiscordTrouble): void {
    if (next.kind === "silent") return;
    if (next.kind === "moved") response.writeHead(307, { location: `http://127.0.0.1:9/${TOKEN}` }).end();
    else if (next.kind === "status") response.writeHead(next.status).end('{"message":"no","code":0}');
    else {
      const headers = {
        "retry-after": String(Math.ceil(next.seconds)),
        ...(next.isGlobal === true ? { "x-ratelimit-global": "true", "x-ratelimit-scope": "global" } : {}),
      };
      const body = {
        message: "You are being rate limited.",
        retry_after: next.seconds,
        global: next.isGlobal === true,
      };
      response.writeHead(429, headers).end(next.headerOnly === true ? "<html>slow down</html>" : JSON.stringify(body));
    }
  }

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { content, allowed_mentions } = JSON.parse(text) as { content: string; allowed_mentions: unknown };
    const next = troubles.shift();
    if (next === undefined || next.kind === "silent") posted.push({ content, mentions: allowed_mentions });
    if (next !== undefined) {
      trouble(response, next);
      return;
    }
    left = left === 0 ? BUCKET_SIZE - 1 : left - 1;
    response
      .writeHead(204, {
        "x-ratelimit-limit": String(BUCKET_SIZE),
        "x-ratelimit-remaining": String(left),
        "x-ratelimit-reset-after": "2.25",
        "x-ratelimit-bucket": "b",
      })
      .end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/webhooks/123456/${TOKEN}`,
    posted,
    meet: (...next: readonly DiscordTrouble[]) => void troubles.push(...next),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Discord = Awaited<ReturnType<typeof startDiscord>>;
