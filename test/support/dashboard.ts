import { createAccess } from "../../src/adapters/http/access.ts";
import { startDashboard } from "../../src/adapters/http/dashboard-server.ts";
import { encodeLive } from "../../src/adapters/http/schemas/live.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createReadSide } from "../../src/adapters/postgres/read-side/read-side.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { control } from "../../src/apps/commands/control.ts";
import { createDesk } from "../../src/apps/desk.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { ReadSide } from "../../src/ports/read-side.ts";
import { createLiveFeed } from "../../src/services/dashboard/live-feed.ts";
import { createManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";

export type DashboardSetup = {
  readonly password?: string;
  readonly isPublic?: boolean;
  readonly reads?: ReadSide;
  readonly pages?: string;
};

/** The real server on loopback over a real database; the pace of the feed and of sessions is a clock that a test moves. */
export async function openTestDashboard(db: Database, clock: Clock, setup: DashboardSetup = {}) {
  const { password = null, isPublic = false, reads = createReadSide(db), pages = "/nowhere" } = setup;
  const wall = createManualClock();
  const logger = createQuietLogger();
  const feed = createLiveFeed({ reads, clock, wall, wake: db.wake, logger, name: "test", encode: encodeLive });
  const desk = createDesk(db, clock);
  const server = await startDashboard({
    ...{ reads, feed, clock, wall, logger, pages, services: null, host: "127.0.0.1", port: 0, health: [feed] },
    access: await createAccess({ password, isPublic, wall }),
    // The executor is another reader of a real database: how long it takes is real too.
    command: (command, by) => control(desk, command, by, createSystemClock()),
    ...{ timeFactor: 1, scoresEveryMs: 3_600_000, settings: { groups: [], limits: [], strategy_file: null } },
    label: { simulated: true, version: "0.0.0", database: db.engine },
    memory: () => ({ rss_bytes: 1, heap_bytes: 1 }),
  });
  const stopping = new AbortController();
  const running = feed.run(stopping.signal);
  const url = `http://127.0.0.1:${server.port}`;
  const api = `${url}/api/v1`;
  return {
    ...{ url, api, wall, feed, logger },
    get: (path: string, init: RequestInit = {}) => fetch(`${api}${path}`, init),
    json: async (path: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${api}${path}`)).json()) as Record<string, unknown>,
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${api}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    async close(): Promise<void> {
      stopping.abort();
      await running;
      await server.close();
    },
  };
}

export type TestDashboard = Awaited<ReturnType<typeof openTestDashboard>>;

export type StreamedEvent = { readonly id: string; readonly event: string; readonly data: Record<string, unknown> };

/** An EventSource that hands over one event at a time. */
export async function openStream(api: string, query = "", headers: Record<string, string> = {}) {
  const stopping = new AbortController();
  const response = await fetch(`${api}/stream${query}`, { headers, signal: stopping.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (): Promise<StreamedEvent | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end === -1) {
        const piece = await reader?.read();
        if (piece === undefined || piece.done) return null;
        text += piece.value;
        continue;
      }
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const event = field("event");
      if (event !== undefined) return { id: field("id") ?? "", event, data: JSON.parse(field("data") ?? "{}") };
    }
  };
  return {
    status: response.status,
    next,
    /** The next event of this kind; those before it are passed over. */
    async until(kind: string): Promise<StreamedEvent> {
      for (let event = await next(); event !== null; event = await next()) if (event.event === kind) return event;
      throw new Error(`the stream ended before an event "${kind}"`);
    },
    close: () => stopping.abort(),
  };
}
