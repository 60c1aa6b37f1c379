import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createManualClock } from "../../../test/support/manual-clock.ts";
import { createQuietLogger } from "../../../test/support/quiet-logger.ts";
import { ConfigError } from "../../core/errors.ts";
import type { ControlOutcome } from "../../ports/command-store.ts";
import type { LiveEvent, LiveFeed } from "../../ports/live-feed.ts";
import type { ReadSide } from "../../ports/read-side.ts";
import { type AccessOptions, createAccess } from "./access.ts";
import { type DashboardOptions, startDashboard } from "./dashboard-server.ts";
import type { HttpServer } from "./serve.ts";

const PASSWORD = "correct horse battery";
const outcome: ControlOutcome = {
  ...{ command: "pause", positionId: null, commandId: "1", outcome: "done", detail: "trading is REDUCING" },
  executor: { isRunning: true, lastSeenAt: null, tradingState: "REDUCING" },
};

let servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

/** A feed that a test speaks through. */
function aFeed() {
  const listeners = new Set<(event: LiveEvent) => void>();
  let dropped = 0;
  const feed: LiveFeed = {
    subscribe(_topics, _last, onEvent) {
      listeners.add(onEvent);
      return { missed: [], end: () => void listeners.delete(onEvent) };
    },
    dropped: () => {
      dropped += 1;
    },
    counts: () => ({ open: listeners.size, dropped_events: dropped }),
  };
  return {
    feed,
    say: (event: LiveEvent): void => {
      for (const listener of listeners) listener(event);
    },
  };
}

async function start(access: Partial<AccessOptions>, change: Partial<DashboardOptions> = {}) {
  const wall = createManualClock();
  const asked: string[] = [];
  const reads = {
    mode: async () => "PAPER",
    performance: async () => ({ rows: [], next: null }),
  } as unknown as ReadSide;
  const server = await startDashboard({
    ...{ reads, feed: aFeed().feed, clock: wall, wall, logger: createQuietLogger(), services: null, health: [] },
    ...{ host: "127.0.0.1", port: 0, pages: "/nowhere", timeFactor: 1, scoresEveryMs: 1, settings: {} },
    label: { simulated: false, version: "1.2.3", database: "postgresql" },
    memory: () => ({ rss_bytes: 1, heap_bytes: 1 }),
    access: await createAccess({ password: null, isPublic: false, wall, ...access }),
    command: async ({ kind }, by) => {
      asked.push(`${kind} ${by}`);
      return outcome;
    },
    ...change,
  });
  servers.push(server);
  const api = `http://127.0.0.1:${server.port}/api/v1`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${api}${path}`, {
      ...{ method: "POST", body: JSON.stringify(body) },
      headers: { "content-type": "application/json", ...headers },
    });
  const session = async (cookie = "") =>
    (await (await fetch(`${api}/session`, { headers: { cookie } })).json()) as Record<string, unknown>;
  const login = async (): Promise<string> => {
    const response = await post("/login", { password: PASSWORD });
    return response.headers.get("set-cookie") ?? "";
  };
  return { api, asked, wall, post, session, login, port: server.port };
}

describe("with a password", () => {
  test("nothing is shown or done before the login, all of it after, and no more after the logout", async () => {
    const { api, asked, post, session, login } = await start({ password: PASSWORD });
    expect((await fetch(`${api}/performance`)).status).toBe(401);
    expect((await fetch(`${api}/stream`)).status).toBe(401);
    expect((await fetch(`${api}/openapi.json`)).status).toBe(401);
    expect(await session()).toMatchObject({ authenticated: false, may_command: false, csrf_token: null });

    const set = await login();
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    const cookie = set.split(";")[0] ?? "";
    expect((await fetch(`${api}/performance`, { headers: { cookie } })).status).toBe(200);
    const { csrf_token: token } = await session(cookie);
    expect((await post("/commands", { kind: "pause" }, { cookie })).status).toBe(403);
    expect((await post("/commands", { kind: "pause" }, { "x-csrf-token": String(token) })).status).toBe(401);
    expect((await post("/commands", { kind: "pause" }, { cookie, "x-csrf-token": String(token) })).status).toBe(200);
    expect(asked).toEqual(["pause dashboard:127.0.0.1"]);

    await post("/logout", {}, { cookie });
    expect((await fetch(`${api}/performance`, { headers: { cookie } })).status).toBe(401);
  });

  test("five wrong ones are the last of a minute, also side by side, and the right one waits too", async () => {
    const { post, wall, login } = await start({ password: PASSWORD });
    const guesses = await Promise.all(Array.from({ length: 8 }, () => post("/login", { password: "wrong" })));
    expect(guesses.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await post("/login", { password: PASSWORD })).status).toBe(429);
    await wall.advance(61_000);
    expect(await login()).toContain("orderflow_session=");
  });

  test("a session ends after half a day", async () => {
    const { session, wall, login } = await start({ password: PASSWORD });
    const cookie = (await login()).split(";")[0] ?? "";
    expect(await session(cookie)).toMatchObject({ authenticated: true });
    await wall.advance(12 * 3_600_000 + 1);
    expect(await session(cookie)).toMatchObject({ authenticated: false });
  });
});

test("in public everybody looks and nobody commands without the password", async () => {
  const { api, asked, post, session } = await start({ isPublic: true });
  expect((await fetch(`${api}/performance`)).status).toBe(200);
  const { csrf_token: token, may_command: may } = await session();
  expect(may).toBe(false);
  expect((await post("/commands", { kind: "halt" }, { "x-csrf-token": String(token) })).status).toBe(403);
  const guarded = await start({ isPublic: true, password: PASSWORD });
  expect((await fetch(`${guarded.api}/performance`)).status).toBe(200);
  expect((await guarded.post("/commands", { kind: "halt" })).status).toBe(401);
  expect([...asked, ...guarded.asked]).toEqual([]);
});

test("a browser that does not read loses events and memory does not grow; it is told to ask anew", async () => {
  const { feed, say } = aFeed();
  const { port } = await start({}, { feed });
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const firstBytes = new Promise((resolve) => socket.once("data", resolve));
  await firstBytes;
  socket.pause();
  const data = JSON.stringify({ filler: "x".repeat(100_000) });
  for (let id = 0; feed.counts().dropped_events < 50; id += 1) {
    say({ id: `a-${id}`, topic: "state", data });
    await new Promise((resolve) => setImmediate(resolve));
  }
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString().replace(/x{10,}/g, "");
    if (!text.includes("event: reset")) say({ id: "b-1", topic: "state", data: "{}" });
  });
  socket.resume();
  while (!text.includes("event: reset")) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  while (feed.counts().open > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("an open stream ends with the server", async () => {
  const { feed } = aFeed();
  const { api } = await start({}, { feed });
  const response = await fetch(`${api}/stream`);
  const [server] = servers.splice(0, 1);
  const reading = response.text().catch(() => "cut");
  await server?.close();
  await reading;
  expect(feed.counts().open).toBe(0);
});

test("pages are served from memory, compressed and cached by content; a path without a file is a page", async () => {
  const pages = mkdtempSync(join(tmpdir(), "pages-"));
  mkdirSync(join(pages, "assets"));
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>orderflow</title>");
  writeFileSync(join(pages, "assets", "app-1a2b.js"), "console.log(1);");
  writeFileSync(join(pages, ".made-of"), "nobody's business");
  const { api } = await start({}, { pages });
  const root = api.replace("/api/v1", "");
  rmSync(pages, { recursive: true });
  const page = await fetch(`${root}/wallets/0x1`);
  expect(await page.text()).toContain("<title>orderflow</title>");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const script = await fetch(`${root}/assets/app-1a2b.js`, { headers: { "accept-encoding": "identity" } });
  expect(script.headers.get("cache-control")).toContain("immutable");
  expect(script.headers.get("content-type")).toContain("text/javascript");
  const tag = script.headers.get("etag") ?? "";
  expect((await fetch(`${root}/assets/app-1a2b.js`, { headers: { "if-none-match": tag } })).status).toBe(304);
  expect(await (await fetch(`${root}/.made-of`)).text()).not.toContain("business");
  for (const path of ["/assets/none.js", "/..%2f..%2fetc/passwd.txt", "/assets/../../package.json"]) {
    expect((await fetch(`${root}${path}`)).status).toBe(404);
  }
});

test("a taken port is a configuration problem that names the variable, not a crash", async () => {
  const { port } = await start({});
  await expect(start({}, { port })).rejects.toThrow(ConfigError);
  await expect(start({}, { port })).rejects.toThrow(/DASHBOARD_PORT/);
});
