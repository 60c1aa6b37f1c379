/** The dashboard in a process of its own. Tells its parent where it listens, and in the end what its memory came to. */
import { openDashboard } from "../../src/apps/dashboard.ts";
import { runProgram, withDatabase } from "../../src/apps/program.ts";
import { runServices } from "../../src/apps/run-services.ts";

export type DashboardHostMessage =
  | { readonly kind: "listening"; readonly url: string }
  | { readonly kind: "stopped"; readonly peakRssMb: number };

const tell = (message: DashboardHostMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

process.on("disconnect", () => process.exit(1));
await runProgram((program) =>
  withDatabase(program, async (database) => {
    const { signal, logger, clock } = program;
    const dashboard = await openDashboard({ ...program, database, machineTimeFactor: 1 }, null);
    await tell({ kind: "listening", url: dashboard.url });
    await runServices([dashboard.service], { signal, logger, clock });
    await dashboard.close();
    await tell({ kind: "stopped", peakRssMb: process.resourceUsage().maxRSS / 1_024 });
  }),
);
