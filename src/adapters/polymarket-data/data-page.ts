import { z } from "zod";
import { PayloadError, ProviderInconsistencyError } from "../../core/errors.ts";
import type { DataClient, DataQuery } from "./data-client.ts";

const page = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  pagination: z.object({ has_more: z.boolean(), next_cursor: z.string().nullish() }),
});

export type DataRow = Readonly<Record<string, unknown>>;

/**
 * "asc", "desc": a feed in the order of time, whose pages follow from each other whatever is written meanwhile.
 * "ranked": rows may move while they are read, so one that comes twice is left out and only whole pages may not.
 */
export type PageOrder = "asc" | "desc" | "ranked";

/** What makes two rows the same thing; names and pictures may change. */
const IDENTITY = [
  "proxy_wallet",
  "user_id",
  "timestamp",
  "type",
  "side",
  "condition_id",
  "token_id",
  "size",
  "price",
  "transaction_hash",
] as const;
const identityOf = (row: DataRow): string => IDENTITY.map((name) => String(row[name] ?? "")).join(" ");
const timeOf = (row: DataRow): number => Number(row.timestamp);

/**
 * Looks at every page of one walk. Two equal fills of one transaction are two rows, and may lie on both sides of a page's
 * end; any other row that was on an earlier page means that the server repeats itself, and what it leaves out is not known.
 * @returns the page's rows, in a ranked walk without those that came before
 */
export function createPageCheck(path: string, order: PageOrder): (rows: readonly DataRow[]) => readonly DataRow[] {
  const earlier = new Set<string>();
  let lastTime: number | null = null;

  return (rows) => {
    const repeated = rows.filter((row) => earlier.has(identityOf(row)));
    const isAtBoundary = (row: DataRow): boolean => order !== "ranked" && timeOf(row) === lastTime;
    const isRepeated =
      order === "ranked"
        ? repeated.length === rows.length
        : !repeated.every(isAtBoundary) || repeated.length > rows.length / 2;
    if (repeated.length > 0 && isRepeated) {
      throw new ProviderInconsistencyError("DATA_PAGE_REPEATED", "the Data API sent rows of an earlier page again", {
        path,
        rows: rows.length,
        repeated: repeated.length,
      });
    }
    if (order !== "ranked") lastTime = checkOrder(path, rows, order, lastTime);
    const fresh = order === "ranked" ? rows.filter((row) => !earlier.has(identityOf(row))) : rows;
    for (const row of rows) earlier.add(identityOf(row));
    return fresh;
  };
}

function checkOrder(
  path: string,
  rows: readonly DataRow[],
  order: "asc" | "desc",
  before: number | null,
): number | null {
  let last = before;
  for (const row of rows) {
    const time = timeOf(row);
    if (last !== null && (order === "asc" ? time < last : time > last)) {
      throw new ProviderInconsistencyError("DATA_PAGES_UNORDERED", "the Data API's rows are not in the order of time", {
        path,
      });
    }
    last = time;
  }
  return last;
}

export type Walk = { readonly rows: readonly DataRow[]; readonly isTruncated: boolean };

/** The cursor says where to go on and nothing else, so the filters are sent with every page. */
export async function walkPages(
  client: DataClient,
  path: string,
  query: DataQuery,
  { order, rowsMax }: { readonly order: PageOrder; readonly rowsMax: number },
  signal: AbortSignal,
): Promise<Walk> {
  const check = createPageCheck(path, order);
  const rows: DataRow[] = [];
  for (let cursor: string | null = null; ; ) {
    const { data, pagination } = parsePage(
      path,
      await client.get(path, cursor === null ? query : { ...query, cursor }, signal),
    );
    rows.push(...check(data));
    if (!pagination.has_more) return { rows, isTruncated: false };
    const next: string = pagination.next_cursor ?? "";
    if (next === "" || next === cursor || data.length === 0) {
      throw new ProviderInconsistencyError("DATA_CURSOR_LOST", "the Data API has more rows and no way to them", {
        path,
      });
    }
    if (rows.length >= rowsMax) return { rows, isTruncated: true };
    cursor = next;
  }
}

function parsePage(path: string, answer: unknown): z.infer<typeof page> {
  const parsed = page.safeParse(answer);
  if (!parsed.success) throw new PayloadError("DATA_API_MALFORMED", "not a page of rows", { path });
  return parsed.data;
}
