import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { PayloadError } from "../../core/errors.ts";
import { createSystemClock } from "../system/clock.ts";
import { httpFetch } from "./http-fetch.ts";
import type { ListReader } from "./parse-answer.ts";
import { createRpcClient } from "./rpc-client.ts";

const servers: Server[] = [];
const never = new AbortController().signal;
const KEY = "0123456789abcdef0123456789abcdef";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/${KEY}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const ask = (url: string, signal: AbortSignal = never) =>
  httpFetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"asked":"é"}', signal });

test("sends the body as it is and reads an answer that was compressed", async () => {
  const url = await serve(async (request, response) => {
    const body = (await Array.fromAsync<Buffer>(request)).join("");
    response.writeHead(200, { "content-encoding": "gzip", "retry-after": "7" });
    response.end(gzipSync(`${request.headers["content-length"]} ${request.headers["content-type"]} ${body}`));
  });
  const answer = await ask(url);
  expect([answer.ok, answer.status, answer.headers.get("Retry-After"), answer.headers.get("other")]).toEqual([
    ...[true, 200, "7", null],
  ]);
  expect(await answer.text()).toBe('14 application/json {"asked":"é"}');
});

test("follows a redirect", async () => {
  const target = await serve((_, response) => response.end("there"));
  const url = await serve((_, response) => response.writeHead(308, { location: target }).end());
  expect(await (await ask(url)).text()).toBe("there");
});

test("asks again when the node has closed a connection that it had kept open", async () => {
  const seen = new Set<unknown>();
  const url = await serve((request, response) => {
    if (seen.has(request.socket)) request.socket.resetAndDestroy();
    else response.end("answer");
    seen.add(request.socket);
  });
  for (let time = 0; time < 4; time += 1) expect(await (await ask(url)).text()).toBe("answer");
  expect(seen.size).toBeGreaterThan(1);
});

test.each(["plain", "gzip"])(
  "an answer that breaks off is an error that names the system's code and no URL (%s)",
  async (form) => {
    const url = await serve((_, response) => {
      response.writeHead(200, form === "gzip" ? { "content-encoding": "gzip" } : {});
      response.write(form === "gzip" ? gzipSync("x".repeat(5_000)).subarray(0, 20) : "half", () => response.destroy());
    });
    const error = await ask(url)
      .then((answer) => answer.text())
      .catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ message: "no answer", cause: { code: expect.any(String) } });
    expect(String(error)).not.toContain(KEY);
  },
);

test("ends where it stands when the caller stops, before the answer and within it", async () => {
  const url = await serve((request, response) => {
    if (request.headers.expect === undefined) response.writeHead(200).write("half");
  });
  const stop = new AbortController();
  const answer = await ask(url, stop.signal);
  const reading = answer.text();
  stop.abort();
  await expect(reading).rejects.toThrow("no answer");
  await expect(ask(url, AbortSignal.abort())).rejects.toThrow("no answer");
});

function reader(): ListReader {
  const seen: unknown[] = [];
  return {
    take: (item) => {
      if ((item as { bad?: true }).bad === true) throw new PayloadError("LOG_MALFORMED", "bad");
      seen.push(item);
    },
    result: () => seen,
  };
}

const items = Array.from({ length: 3_000 }, (_, index) => ({ index, text: "é".repeat(50) }));
const readItems = async (listener: RequestListener) => {
  const client = createRpcClient({
    ...{ url: await serve(listener), chainId: 137, clock: createSystemClock(), timeoutMs: 10_000, batchMax: 10 },
  });
  const calls = [
    { method: "eth_getLogs", params: [], reader },
    { method: "eth_chainId", params: [] },
  ];
  return client.call(calls, never);
};
const answerOf = (list: unknown): string =>
  JSON.stringify([
    { id: 2, result: "0x89" },
    { id: 1, result: list },
  ]);

test("a client reads a long list while it arrives, in whatever order a batch is answered", async () => {
  expect(await readItems((_, response) => response.end(answerOf(items)))).toEqual([items, "0x89"]);
  expect(await readItems((_, response) => response.end(answerOf([])))).toEqual([[], "0x89"]);
});

test("a long list that is cut, wrong, or comes with an error is refused as a short one would be", async () => {
  const cut = readItems((_, response) => response.end(answerOf(items).slice(0, -40)));
  await expect(cut).rejects.toMatchObject({ code: "RPC_MALFORMED" });
  const wrong = readItems((_, response) => response.end(answerOf([...items, { bad: true }])));
  await expect(wrong).rejects.toMatchObject({ code: "LOG_MALFORMED" });
  const busy = readItems((_, response) => response.writeHead(503).end(answerOf(items).slice(0, -40)));
  await expect(busy).rejects.not.toMatchObject({ code: "RPC_MALFORMED" });
});
