import { readFileSync } from "node:fs";
import type pg from "pg";

/** Of `/proc/…/stat` on every Linux that is in use. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process has taken so far, in user and system; 0 where there is no `/proc`. */
export function processorSeconds(pid: number): number {
  try {
    // Behind the name, which may hold spaces: fields 14 and 15 are user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Of all processes of the server that are there now, but for the one that is asked. */
export async function postgresSeconds(client: pg.Client): Promise<number> {
  const { rows } = await client.query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
  return rows.reduce((sum, { pid }) => sum + processorSeconds(pid), 0);
}
