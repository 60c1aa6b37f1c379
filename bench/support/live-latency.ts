import pg from "pg";
import { monotonicMs } from "./bench-report.ts";
import type { LogServer } from "./log-server-process.ts";

export type LivePlan = { readonly blockMs: number; readonly fills: number; readonly blocks: number };

/**
 * Lets the node make blocks while the listener follows it.
 * @returns for each block the milliseconds from the node's announcement until another connection saw all of its fills
 */
export async function measureLive(node: LogServer, databaseUrl: string, plan: LivePlan): Promise<number[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const seen = new Map<number, number>();
  let newest = Number((await client.query("SELECT max(block_number) AS newest FROM flow.fill_packed")).rows[0].newest);
  const first = newest + 1;
  const last = newest + plan.blocks;
  try {
    const done = new Promise<void>((resolve, reject) => {
      const look = async (): Promise<void> => {
        const { rows } = await client.query(
          "SELECT DISTINCT block_number FROM flow.fill_packed WHERE block_number > $1",
          [newest],
        );
        const at = monotonicMs();
        for (const { block_number } of rows) {
          if (!seen.has(block_number)) seen.set(block_number, at);
          newest = Math.max(newest, block_number);
        }
        if (newest === last) resolve();
      };
      let looking = Promise.resolve();
      // Looking when the listener says that it has committed: a look every few milliseconds would slow it down.
      client.on("notification", () => {
        looking = looking.then(look).catch(reject);
      });
    });
    await client.query("LISTEN orderflow_chain");
    await node.ask("bench_live", [plan]);
    await done;
  } finally {
    await client.end();
  }
  const announced = await node.ask<{ number: number; at: number }[]>("bench_announced");
  return announced
    .filter(({ number }) => number >= first)
    .map(({ number, at }) => {
      const seenAt = seen.get(number);
      if (seenAt === undefined) throw new Error(`block ${number} was never seen`);
      return seenAt - at;
    });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
