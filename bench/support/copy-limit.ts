import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { monotonicMs } from "./bench-report.ts";

const COLUMNS =
  "occurred_at, size_micros, cash_micros, fee_micros, block_number, log_index, wallet_key, counterparty_key, token_key, known_delay_ms, match_log_index, traits, order_hash, tx_hash";
const PIECE = 1 << 16;

/**
 * What the database alone can do: the rows that the listener wrote, as text in memory, in one COPY into an empty table with
 * the same columns, indexes and partitions; nobody decodes, looks up keys or sums up wallets.
 * @returns seconds, and the number of rows that arrived
 */
export async function runCopyLimit(databaseUrl: string): Promise<{ readonly seconds: number; readonly rows: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const rows = await rowsAsText(client);
    await createTarget(client);
    await client.query("CHECKPOINT");
    const startedAt = monotonicMs();
    const sink = client.query(copyFrom(`COPY copy_limit (${COLUMNS}) FROM STDIN`));
    await pipeline(Readable.from(rows), sink);
    const seconds = (monotonicMs() - startedAt) / 1_000;
    const { rows: counted } = await client.query("SELECT count(*)::int AS count FROM copy_limit");
    await client.query("DROP TABLE copy_limit");
    return { seconds, rows: counted[0].count };
  } finally {
    await client.end();
  }
}

async function rowsAsText(client: pg.Client): Promise<Buffer[]> {
  const query = `COPY (SELECT ${COLUMNS} FROM flow.fill_packed ORDER BY block_number, log_index) TO STDOUT`;
  const parts: Buffer[] = [];
  for await (const part of client.query(copyTo(query))) parts.push(part as Buffer);
  const text = Buffer.concat(parts);
  return Array.from({ length: Math.ceil(text.length / PIECE) }, (_, at) => text.subarray(at * PIECE, (at + 1) * PIECE));
}

async function createTarget(client: pg.Client): Promise<void> {
  await client.query("CREATE TABLE copy_limit (LIKE flow.fill_packed INCLUDING ALL) PARTITION BY RANGE (block_number)");
  const { rows } = await client.query(
    `SELECT child.relname AS name, pg_get_expr(child.relpartbound, child.oid) AS bound FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'flow.fill_packed'::regclass`,
  );
  for (const { name, bound } of rows) {
    await client.query(`CREATE TABLE copy_limit_${name} PARTITION OF copy_limit ${bound}`);
  }
}
