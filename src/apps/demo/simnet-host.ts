/** The process in which simnet runs: started by simnet-process.ts, ends when that process closes the channel. */
import { startSimnet } from "../../adapters/simnet/simnet.ts";
import { createScaledClock } from "../../adapters/system/clock.ts";
import type { SimnetArguments, SimnetMessage } from "./simnet-process.ts";

/** Long enough for scores above 7, short enough to be read within seconds: over six seeds the AUC of skill is 0.91 to 0.94. */
const HISTORY_HOURS = 30;

const { seed, speed, startedAt } = JSON.parse(process.argv[2] ?? "{}") as SimnetArguments;
const tell = (message: SimnetMessage): void => void process.send?.(message);

// Ctrl-C in a terminal and a supervisor's stop reach this process too; the parent decides when the world ends.
for (const cause of ["SIGINT", "SIGTERM"]) process.on(cause, () => {});
process.on("disconnect", () => process.exit(0));

try {
  const simnet = await startSimnet({
    seed,
    port: 0,
    history: HISTORY_HOURS,
    clock: createScaledClock({ startedAt, speed }),
  });
  const { rpcUrl, wsUrl, gammaUrl, clobUrl, marketUrl, baseUrl, chain } = simnet;
  const addresses = { rpcUrl, wsUrl, gammaUrl, clobUrl, marketUrl, walletsUrl: `${baseUrl}/simnet/wallets` };
  tell({ kind: "ready", addresses, firstBlock: chain.firstBlock });
} catch (error) {
  tell({ kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
