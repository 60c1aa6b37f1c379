import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import { type Access, isSameToken, type Session } from "./access.ts";
import { ForbiddenError } from "./answers.ts";

export const COOKIE = "orderflow_session";
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** Answered without a session: what one needs to get one. */
const OPEN_PATHS = new Set(["/api/v1/session", "/api/v1/login"]);

export type GuardOptions = { readonly access: Access; readonly isLoopback: boolean };

const common = {
  referrerPolicy: "no-referrer",
  crossOriginOpenerPolicy: "same-origin",
  crossOriginResourcePolicy: "same-origin",
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [] },
};

/** Nothing but what we serve ourselves runs or is loaded, and nobody frames it. */
const headers = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    fontSrc: ["'self'"],
    frameSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
});

/** A report brings its style with it, is shown inside our own pages, and runs nothing. */
const reportHeaders = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'self'"],
    sandbox: ["allow-same-origin"],
  },
  xFrameOptions: "SAMEORIGIN",
});

/** Stands before every route. */
export function addGuard(app: OpenAPIHono, { access, isLoopback }: GuardOptions): void {
  app.use((context, next) => {
    const of = context.req.path.startsWith("/api/v1/reports/") ? reportHeaders : headers;
    return of(context, next);
  });
  app.use(async (context, next) => {
    // A name that a stranger's DNS points at this machine must not reach what listens only here.
    if (isLoopback && !LOCAL_HOST.test(context.req.header("host") ?? "")) {
      throw new ForbiddenError(403, "HOST_UNKNOWN", "open the dashboard as http://127.0.0.1 or http://localhost");
    }
    if (context.req.method !== "GET" && context.req.method !== "HEAD") requireSameOrigin(context);
    if (needsSession(context.req.path) && !access.isPublic && sessionOf(context, access) === null) {
      throw new ForbiddenError(401, "LOGIN_REQUIRED", "log in with DASHBOARD_PASSWORD first");
    }
    await next();
  });
}

const needsSession = (path: string): boolean => path.startsWith("/api/") && !OPEN_PATHS.has(path);

export const sessionOf = (context: Context, access: Access): Session | null =>
  access.session(getCookie(context, COOKIE));

function requireSameOrigin(context: Context): void {
  const origin = context.req.header("origin");
  const host = context.req.header("host");
  const site = context.req.header("sec-fetch-site");
  const isSame = origin === undefined ? true : URL.canParse(origin) && new URL(origin).host === host;
  if (!isSame || (site !== undefined && site !== "same-origin" && site !== "none")) {
    throw new ForbiddenError(403, "ORIGIN_FOREIGN", "another site may not do this");
  }
}

/** @throws ForbiddenError unless the buttons were pressed on our own page by somebody who may */
export function requireCommander(context: Context, access: Access): void {
  const session = sessionOf(context, access);
  if (session === null) throw new ForbiddenError(401, "LOGIN_REQUIRED", "log in with DASHBOARD_PASSWORD first");
  if (!session.mayCommand) {
    throw new ForbiddenError(
      403,
      "READ_ONLY",
      "this dashboard is public and read-only; set DASHBOARD_PASSWORD to command",
    );
  }
  if (!isSameToken(context.req.header("x-csrf-token") ?? "", session.csrfToken)) {
    throw new ForbiddenError(
      403,
      "CSRF_TOKEN_WRONG",
      "send csrf_token of GET /api/v1/session as the header x-csrf-token",
    );
  }
}
