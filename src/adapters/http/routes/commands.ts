import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { PositionId } from "../../../core/ids/ids.ts";
import type { ApiDeps } from "../api-app.ts";
import { COOKIE, requireCommander, sessionOf } from "../guard.ts";
import { problemAnswers } from "../list-route.ts";
import { commandOutcome, session } from "../schemas/pages.ts";

const commandBody = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.enum(["pause", "resume", "halt", "close-all"]) }),
    z.object({ kind: z.literal("close"), position_id: z.string().min(1).max(200) }),
  ])
  .openapi("CommandRequest");

const answer = (schema: z.ZodType, description: string) => ({
  200: { description, content: { "application/json": { schema } } },
  ...problemAnswers,
});
const body = (schema: z.ZodType) => ({ required: true, content: { "application/json": { schema } } });

/** The only writing there is: a row in the commands table, which the executor reads. */
export function addCommands(app: OpenAPIHono, { access, command }: ApiDeps): void {
  const route = createRoute({
    ...{ method: "post", path: "/commands", tags: ["Commands"], summary: "Pause, resume, halt, close, close all" },
    request: { body: body(commandBody) },
    responses: answer(commandOutcome, "What became of it, after up to six seconds"),
  });
  app.openapi(route, async (context) => {
    requireCommander(context, access);
    const asked = context.req.valid("json") as z.output<typeof commandBody>;
    const { kind } = asked;
    const wanted = kind === "close" ? { kind, positionId: asked.position_id as PositionId } : { kind };
    const { commandId, positionId, executor, ...outcome } = await command(wanted, `dashboard:${addressOf(context)}`);
    const { isRunning, lastSeenAt, tradingState } = executor;
    const sight = { is_running: isRunning, last_seen_at: lastSeenAt, trading_state: tradingState };
    return context.json(
      z.encode(commandOutcome, {
        ...outcome,
        command_id: commandId,
        position_id: positionId,
        executor: sight,
      }) as never,
    );
  });
}

export function addSessions(app: OpenAPIHono, deps: ApiDeps): void {
  const { access, label, clock, reads } = deps;
  const describe = async (context: Context) => {
    const own = sessionOf(context, access);
    return z.encode(session, {
      label: { ...label, mode: await reads.mode(), now: clock.nowMs(), time_factor: deps.timeFactor },
      password_required: access.passwordRequired,
      authenticated: own !== null,
      may_command: own?.mayCommand ?? false,
      csrf_token: own?.csrfToken ?? null,
    });
  };
  const summary = "Who looks on, what the page has to say of itself, and the token for commands";
  app.openapi(
    createRoute({
      method: "get",
      path: "/session",
      tags: ["Session"],
      summary,
      responses: answer(session, "The session"),
    }),
    async (context) => context.json(await describe(context), 200),
  );
  const login = createRoute({
    ...{ method: "post", path: "/login", tags: ["Session"], summary: "Log in; sets the session's cookie" },
    request: { body: body(z.object({ password: z.string().max(1_000) })) },
    responses: answer(z.object({ ok: z.literal(true) }), "Logged in; ask for /session next"),
  });
  app.openapi(login, async (context) => {
    const { password } = context.req.valid("json") as { password: string };
    const token = await access.login(password, addressOf(context));
    const secure =
      new URL(context.req.url).protocol === "https:" || context.req.header("x-forwarded-proto") === "https";
    setCookie(context, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/", secure });
    return context.json({ ok: true as const }, 200);
  });
  app.openapi(
    createRoute({
      ...{ method: "post", path: "/logout", tags: ["Session"], summary: "Log out" },
      responses: answer(z.object({ ok: z.literal(true) }), "Logged out"),
    }),
    (context) => {
      access.logout(deleteCookie(context, COOKIE, { path: "/" }));
      return context.json({ ok: true as const }, 200);
    },
  );
}

/** Of the connection, not of a header that anybody can write. */
function addressOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? "unknown";
}
