import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { InputError } from "../../core/errors.ts";
import type { Cursor, Page, PageRequest, Row } from "../../ports/read-side.ts";
import { csvLine } from "./csv.ts";
import { problem } from "./schemas/pages.ts";

const LIMIT_MAX = 1_000;
/** Rows of one CSV file, and of each page that it is read by. */
const CSV_ROWS_MAX = 100_000;
const CSV_PAGE_ROWS = 500;

export const problemAnswers = {
  400: { description: "The question is wrong", content: { "application/json": { schema: problem } } },
  401: { description: "Log in first", content: { "application/json": { schema: problem } } },
  404: { description: "There is no such thing", content: { "application/json": { schema: problem } } },
  503: { description: "The database did not answer in time", content: { "application/json": { schema: problem } } },
};

const paging = {
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(100).openapi({ description: "rows of the page" }),
  cursor: z.string().max(1_000).optional().openapi({ description: "`next` of the page before" }),
  format: z.enum(["json", "csv"]).default("json").openapi({ description: "csv: all rows, to be saved" }),
};
type Paging = { readonly limit: number; readonly cursor?: string | undefined; readonly format: "json" | "csv" };

export type List<Query extends z.ZodRawShape, Params extends z.ZodRawShape> = {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly row: z.ZodObject;
  readonly query?: Query;
  readonly params?: Params;
  readonly read: (
    page: PageRequest,
    query: z.output<z.ZodObject<Query>>,
    params: z.output<z.ZodObject<Params>>,
  ) => Promise<Page>;
};

/** A table: `{rows, next}` as JSON, page by page, or all of it as CSV. */
export function addList<Query extends z.ZodRawShape, Params extends z.ZodRawShape>(
  app: OpenAPIHono,
  list: List<Query, Params>,
): void {
  const { path, tag, summary, row, query, params, read } = list;
  const route = createRoute({
    method: "get",
    path,
    tags: [tag],
    summary,
    request: { query: z.object({ ...query, ...paging }), params: z.object({ ...params }) },
    responses: {
      200: {
        description: "A page of rows",
        content: {
          "application/json": { schema: z.object({ rows: z.array(row), next: z.string().nullable() }) },
          "text/csv": { schema: z.string() },
        },
      },
      ...problemAnswers,
    },
  });
  const encode = (rows: readonly Row[]) => z.encode(z.array(row), rows as never);
  // biome-ignore lint/suspicious/noExplicitAny: the types of a route made from parts are not known here
  app.openapi(route as any, async (context: any) => {
    const { limit, cursor, format, ...filter } = context.req.valid("query") as Paging & z.output<z.ZodObject<Query>>;
    const given = context.req.valid("param") as z.output<z.ZodObject<Params>>;
    const ask = (page: PageRequest) => read(page, filter as z.output<z.ZodObject<Query>>, given);
    const after = cursor === undefined ? null : readCursor(cursor);
    if (format === "json") {
      const page = await ask({ limit, after });
      return context.json({ rows: encode(page.rows), next: page.next === null ? null : writeCursor(page.next) });
    }
    const name = path
      .split("/")
      .filter((part) => !part.startsWith("{"))
      .at(-1);
    return new Response(csvStream(Object.keys(row.shape), encode, ask), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="orderflow-${name}.csv"`,
      },
    });
  });
}

function csvStream(
  columns: readonly string[],
  encode: (rows: readonly Row[]) => readonly unknown[],
  ask: (page: PageRequest) => Promise<Page>,
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder();
  let after: Cursor | null = null;
  let sent = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes.encode(csvLine(columns))),
    async pull(controller) {
      const page: Page = await ask({ limit: CSV_PAGE_ROWS, after });
      const lines = encode(page.rows).map((row) => csvLine(columns.map((column) => (row as Row)[column])));
      controller.enqueue(bytes.encode(lines.join("")));
      sent += lines.length;
      after = page.next;
      if (after === null || sent >= CSV_ROWS_MAX) controller.close();
    },
  });
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");
const cursorShape = z.array(z.string()).max(4);

function readCursor(text: string): Cursor {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    throw new InputError("CURSOR_INVALID", "the cursor is not one that this list gave; leave it out to start anew");
  }
}
