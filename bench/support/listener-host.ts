/**
 * The listener as `orderflow listener` composes it, from the first block of the made-up chain, in a process of its own.
 * Tells its parent when all is covered, and what its memory came to.
 */
import { createListener } from "../../src/apps/listener.ts";
import { runProgram, withDatabase } from "../../src/apps/program.ts";
import { runServices } from "../../src/apps/run-services.ts";
import { FIRST_BLOCK } from "./v2-logs.ts";

export type HostMessage =
  /** Processor time since the listener began to read. */
  { readonly kind: "covered"; readonly cpuSeconds: number } | { readonly kind: "stopped"; readonly peakRssMb: number };

const tell = (message: HostMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

const COVERED_POLL_MS = 5;

process.on("disconnect", () => process.exit(1));
await runProgram((program) =>
  withDatabase(program, async (database) => {
    const { signal, logger, clock } = program;
    const listener = { startBlock: FIRST_BLOCK };
    const service = await createListener({ ...program, database, machineTimeFactor: 1, listener }, signal);
    const begun = process.cpuUsage();
    const watch = async (): Promise<void> => {
      // Asking the service, not the database: a query would compete with what is measured.
      while (!service.health().ready && !signal.aborted) await clock.sleep(COVERED_POLL_MS, signal);
      const { user, system } = process.cpuUsage(begun);
      await tell({ kind: "covered", cpuSeconds: (user + system) / 1e6 });
    };
    await Promise.all([runServices([service], { signal, logger, clock }), watch()]);
    await tell({ kind: "stopped", peakRssMb: process.resourceUsage().maxRSS / 1_024 });
  }),
);
