import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { HttpAnswer, HttpRequest } from "./transport.ts";

const plain = { request: httpRequest, agent: new HttpAgent({ keepAlive: true }) };
const secure = { request: httpsRequest, agent: new HttpsAgent({ keepAlive: true }) };

/**
 * What `fetch` does, for one kind of request, and the body as it arrives: answers have many megabytes, and the streams
 * of `fetch` cost more than parsing them. Redirects are left to `fetch`.
 */
export async function httpFetch(url: string, asked: HttpRequest): Promise<HttpAnswer> {
  const response = await send(url, asked);
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    response.destroy();
    return fetch(url, asked);
  }
  const isZipped = response.headers["content-encoding"] === "gzip";
  const body = isZipped ? pipeline(response, createGunzip(), () => {}) : response;
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: { get: (name) => [response.headers[name.toLowerCase()] ?? []].flat()[0] ?? null },
    pieces: () => named(body),
    text: async () => Buffer.concat(await Array.fromAsync(named(body))).toString(),
  };
}

function send(url: string, asked: HttpRequest): Promise<IncomingMessage> {
  const { method, headers, body, signal } = asked;
  const { request, agent } = url.startsWith("https:") ? secure : plain;
  const all = { ...headers, "accept-encoding": "gzip", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: all, agent, signal }, resolve);
    sent.on("error", (cause: NodeJS.ErrnoException) => {
      // The node closed a connection that it had kept open, and we had not heard of it: what we ask changes nothing.
      if (sent.reusedSocket && cause.code === "ECONNRESET") resolve(send(url, asked));
      else reject(noAnswer(cause));
    });
    sent.end(body);
  });
}

const noAnswer = (cause: unknown): Error => new TypeError("no answer", { cause });

/** With its errors in the form of all others. */
async function* named(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw noAnswer(cause);
  }
}
