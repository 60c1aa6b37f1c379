/** Lives through the seeds that `campaign.ts` sends, one at a time. Argument: the address of a server, if there is one. */
import { runSeed } from "./run-seed.ts";
import { openSims, type SimEngine } from "./sim-database.ts";

export type SeedTask = { readonly seed: number; readonly engine: SimEngine };

const sims = openSims(process.argv[2] ?? null);
process.on("message", async ({ seed, engine }: SeedTask) => {
  process.send?.(await runSeed(seed, await sims.of(engine)));
});
process.on("disconnect", () => void sims.close());
