import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import type { ControlCommand } from "../../core/engine/event.ts";
import { InputError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ControlOutcome } from "../../ports/command-store.ts";
import type { LiveFeed } from "../../ports/live-feed.ts";
import type { Logger } from "../../ports/logger.ts";
import type { ReadSide } from "../../ports/read-side.ts";
import type { Service } from "../../ports/service.ts";
import type { Access } from "./access.ts";
import { problemOf } from "./answers.ts";
import { addGuard } from "./guard.ts";
import { addCommands, addSessions } from "./routes/commands.ts";
import { addLists } from "./routes/lists.ts";
import { addPages } from "./routes/pages.ts";
import { addResearch } from "./routes/research.ts";
import { addStream, type Streams } from "./stream.ts";

export type ApiDeps = {
  readonly reads: ReadSide;
  readonly feed: LiveFeed;
  /** Waits until the executor has taken it up, or says why not. */
  readonly command: (command: ControlCommand, by: string) => Promise<ControlOutcome>;
  readonly access: Access;
  readonly isLoopback: boolean;
  readonly clock: Pick<Clock, "nowMs">;
  /** For what is limited in the time of people, whatever the program's. */
  readonly wall: Pick<Clock, "nowMs">;
  readonly timeFactor: number;
  /** How often scores are calculated, by `clock`. */
  readonly scoresEveryMs: number;
  readonly label: {
    readonly simulated: boolean;
    readonly version: string;
    readonly database: "pglite" | "postgresql";
  };
  readonly settings: unknown;
  /** Those of this process; null where the dashboard is alone. */
  readonly services: readonly Service[] | null;
  readonly memory: () => { readonly rss_bytes: number; readonly heap_bytes: number };
  readonly logger: Logger;
};

const BODY_MAX = 10_000;

export type Api = { readonly app: OpenAPIHono; readonly streams: Streams };

/** `/api/v1` and what stands before it. */
export function createApi(deps: ApiDeps): Api {
  const app = new OpenAPIHono();
  app.onError((error, context) => problemOf(error, context, deps.logger));
  addGuard(app, deps);
  const api = new OpenAPIHono({ defaultHook: (result) => refuseMalformed(result) });
  api.use(bodyLimit({ maxSize: BODY_MAX }));
  api.use(async (context, next) => {
    await next();
    context.res.headers.set("cache-control", "no-store");
  });
  addSessions(api, deps);
  addCommands(api, deps);
  addPages(api, deps);
  addLists(api, deps.reads);
  addResearch(api, deps.reads);
  const streams = addStream(api, deps.feed);
  api.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "orderflow",
      version: deps.label.version,
      description: "Read-only, apart from commands to the executor.",
    },
    servers: [{ url: "/api/v1" }],
  });
  app.route("/api/v1", api);
  app.all("/api/*", (context) =>
    context.json({ code: "NOT_FOUND", message: `no such endpoint: ${context.req.path}` }, 404),
  );
  return { app, streams };
}

type Checked = { readonly success: boolean; readonly error?: { readonly issues: readonly Issue[] } };
type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

function refuseMalformed(result: unknown): void {
  const { success, error } = result as Checked;
  if (success) return;
  const problems = (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new InputError("QUERY_MALFORMED", problems.join("; ").slice(0, 500));
}
