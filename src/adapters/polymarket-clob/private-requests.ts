import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { type ApiCredentials, type ApiRequest, l2Headers } from "./auth.ts";
import { type ClobClientOptions, createClobClient } from "./clob-client.ts";
import type { HttpAnswer } from "./http-exchange.ts";

export type AccountOptions = ClobClientOptions & {
  /** The signer's EOA, as checksummed as the venue gave it; credentials belong to it, not to the wallet. */
  readonly owner: `0x${string}`;
  readonly credentials: ApiCredentials;
  readonly signatureType: number;
  readonly clock: Clock;
};

type Asked = ApiRequest & { readonly query?: string };

/** Signed requests (L2) whose answers are checked; errors as `ClobClient` throws them, and PayloadError. */
export type PrivateRequests = {
  /** @returns null for 404 */
  ask<Schema extends z.ZodType>(asked: Asked, schema: Schema, signal: AbortSignal): Promise<z.output<Schema> | null>;
  /** As `ask`, where 404 is no answer. */
  read<Schema extends z.ZodType>(asked: Asked, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>>;
  /** All rows of a list, or an error. @param query of every page, ends with "&" or is empty */
  readAll<Row extends z.ZodType>(path: string, query: string, row: Row, signal: AbortSignal): Promise<z.output<Row>[]>;
  /** The answer as it came. */
  exchange(request: ApiRequest, signal: AbortSignal): Promise<HttpAnswer>;
};

const FIRST_CURSOR = "MA==";
const LAST_CURSOR = "LTE=";
/** No account has as many; a cursor that never ends is a fault. */
const PAGES_MAX = 1_000;

export function createPrivateRequests(options: AccountOptions): PrivateRequests {
  const client = createClobClient(options);
  const sign = ({ query = "", method, path, body }: Asked) => ({
    ...{ method, path: `${path}${query}`, body },
    // The query is not part of what is signed.
    headers: l2Headers(
      options.owner,
      options.credentials,
      { method, path, body },
      Math.floor(options.clock.nowMs() / 1_000),
    ),
  });

  const ask: PrivateRequests["ask"] = async (asked, schema, signal) => {
    const json = await client.send(sign(asked), signal);
    return json === null ? null : parseAnswer(schema, json, asked.path);
  };

  const read: PrivateRequests["read"] = async (asked, schema, signal) => {
    const answer = await ask(asked, schema, signal);
    if (answer === null) throw new PayloadError("NOT_FOUND", `the venue has no ${asked.path}`, { path: asked.path });
    return answer;
  };

  const readAll: PrivateRequests["readAll"] = async (path, query, row, signal) => {
    const rows: z.output<typeof row>[] = [];
    const page = z.object({ next_cursor: z.string(), data: z.array(row) });
    const seen = new Set<string>();
    for (let cursor = FIRST_CURSOR; cursor !== LAST_CURSOR; ) {
      if (seen.has(cursor) || seen.size === PAGES_MAX)
        throw new PayloadError("CURSOR_REPEATED", `${path} does not come to an end`, { path });
      seen.add(cursor);
      const at = `?${query}next_cursor=${encodeURIComponent(cursor)}`;
      const answer = await read({ method: "GET", path, query: at, body: "" }, page, signal);
      rows.push(...(answer.data as typeof rows));
      cursor = answer.next_cursor;
    }
    return rows;
  };

  return { ask, read, readAll, exchange: (request, signal) => client.exchange(sign(request), signal) };
}

/** @throws PayloadError with the place of the fault and its sort, not the value: private answers do not belong in a log */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, json: unknown, path: string): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const fault = `${path}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
  throw new PayloadError("VENUE_MALFORMED", fault, { path });
}
