import { fail, ok, type Reply } from "./reply.ts";

export const LIMIT_MAX = 1_000;
const LIMIT_DEFAULT = 100;

/** Errors of the Data API v2. */
export const refuse = (status: number, error: string): Reply => {
  const { body } = fail(status, error);
  const code = status === 404 ? "not_found" : "invalid_request";
  return { status, body: { ...(body as object), code, retryable: false, trace_id: "simulated" } };
};

type Cursor = { readonly path: string; readonly after: number; readonly limit: number };

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

function readCursor(path: string, text: string): Cursor | null {
  try {
    const cursor = JSON.parse(Buffer.from(text, "base64url").toString()) as Cursor;
    return cursor.path === path && Number.isInteger(cursor.after) ? cursor : null;
  } catch {
    return null;
  }
}

/**
 * One page in the envelope of v2, after the row of which `keyOf` is in the cursor: a walk that stays right while rows
 * are added at its far end.
 * @param rows in the order of the walk, with different keys
 */
export function pageOf<T>(
  path: string,
  query: URLSearchParams,
  rows: readonly T[],
  keyOf: (row: T) => number,
  show: (row: T) => unknown,
): Reply {
  if (query.has("offset")) return refuse(400, "offset is not supported, follow next_cursor");
  const text = query.get("cursor");
  const cursor = text === null ? null : readCursor(path, text);
  if (text !== null && cursor === null) return refuse(400, "invalid cursor");
  const limit = cursor?.limit ?? Number(query.get("limit") ?? LIMIT_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) return refuse(400, "invalid limit");
  const from = cursor === null ? 0 : rows.findIndex((row) => keyOf(row) === cursor.after) + 1;
  const page = rows.slice(from, from + limit);
  const last = page.at(-1);
  const has_more = from + limit < rows.length;
  const next_cursor = has_more && last !== undefined ? writeCursor({ path, after: keyOf(last), limit }) : null;
  return ok({ data: page.map(show), pagination: { limit, offset: from, has_more, next_cursor } });
}
