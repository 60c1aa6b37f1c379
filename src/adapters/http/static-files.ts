import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import type { Context, Hono } from "hono";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};
/** Compressed already. */
const PACKED = new Set([".png", ".woff2", ".ico"]);

type File = { readonly plain: Buffer; readonly packed: Buffer | null; readonly type: string; readonly etag: string };

const MISSING = `<!doctype html><html lang="en"><meta charset="utf-8"><title>orderflow</title>
<h1>The pages are not built</h1><p>Run <code>npm run build:web</code> and start again. The API is at
<a href="/api/v1/openapi.json">/api/v1</a>.</p></html>`;

/**
 * The built pages, read into memory once: what is asked for is looked up, never opened. Every path without a file is
 * a page of the application, which finds its own way from there.
 */
export function addStaticFiles(app: Pick<Hono, "get">, folder: string): void {
  const files = existsSync(join(folder, "index.html")) ? readFolder(folder) : new Map<string, File>();
  app.get("*", (context) => {
    const { path } = context.req;
    const file = files.get(path) ?? (extname(path) === "" ? files.get("/index.html") : undefined);
    if (file !== undefined) return send(context, file, path.startsWith("/assets/"));
    return files.size === 0 && extname(path) === "" ? context.html(MISSING, 503) : context.notFound();
  });
}

function readFolder(folder: string): ReadonlyMap<string, File> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith("."),
  );
  return new Map(
    found.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const plain = readFileSync(path);
      const extension = extname(path);
      const file = {
        plain,
        packed: PACKED.has(extension) ? null : gzipSync(plain),
        type: TYPES[extension] ?? "application/octet-stream",
        etag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
      };
      return [`/${relative(folder, path).split(sep).join("/")}`, file] as const;
    }),
  );
}

/** @param isNamedByContent its name changes with its content, so it may be kept for ever */
function send(context: Context, { plain, packed, type, etag }: File, isNamedByContent: boolean): Response {
  context.header("content-type", type);
  context.header("etag", etag);
  context.header("cache-control", isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache");
  context.header("vary", "accept-encoding");
  if (context.req.header("if-none-match") === etag) return context.body(null, 304);
  if (packed === null || !/\bgzip\b/.test(context.req.header("accept-encoding") ?? "")) {
    return context.body(new Uint8Array(plain));
  }
  context.header("content-encoding", "gzip");
  return context.body(new Uint8Array(packed));
}
