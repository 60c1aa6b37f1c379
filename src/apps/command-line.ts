import { Command } from "commander";
import { addArchive } from "./commands/archive.ts";
import { addBackfill } from "./commands/backfill.ts";
import { addBacktest } from "./commands/backtest.ts";
import { addBackup } from "./commands/backup.ts";
import { addBootstrap } from "./commands/bootstrap.ts";
import { addCancelAll } from "./commands/cancel-all.ts";
import { addClaims } from "./commands/claims.ts";
import { addCompletion } from "./commands/completion.ts";
import { addControl } from "./commands/control.ts";
import { addDashboard } from "./commands/dashboard.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addImport } from "./commands/import.ts";
import { addLivetest } from "./commands/livetest.ts";
import { addLook } from "./commands/look.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addModel } from "./commands/model.ts";
import { addRecompute } from "./commands/recompute.ts";
import { addReconcile } from "./commands/reconcile.ts";
import { addResearch } from "./commands/research.ts";
import { addScore } from "./commands/score.ts";
import { addServices } from "./commands/services.ts";
import { addSigner } from "./commands/signer.ts";
import { addStatus } from "./commands/status.ts";
import { addSweep } from "./commands/sweep.ts";
import { addUp } from "./commands/up.ts";
import { addVerify } from "./commands/verify.ts";
import { addViews } from "./commands/views.ts";
import { EXAMPLES } from "./examples.ts";
import { EXIT } from "./program.ts";
import { version } from "./version.ts";

const HELP_END = `
Settings come from the environment and .env; .env.example lists them all.

Examples:
  orderflow demo                    see it work in a simulated world
  orderflow tail --tier WHALE       fills of the best wallets as they come
  orderflow signals --why <id>      what a signal was decided on

Exit codes: 0 done, 1 failed, 2 cannot start, refused or misused, 130 ended by a second Ctrl-C.`;

const ADDERS = [
  addUp,
  addServices,
  addDashboard,
  addSigner,
  addDoctor,
  addLivetest,
  addCancelAll,
  addClaims,
  addDemo,
  addMigrate,
  addBackup,
  addStatus,
  addControl,
  addViews,
  addLook,
  addScore,
  addBootstrap,
  addReconcile,
  addBackfill,
  addVerify,
  addArchive,
  addImport,
  addRecompute,
  addBacktest,
  addSweep,
  addModel,
  addResearch,
  addCompletion,
];

/** All that `orderflow` can be told to do. */
export function createCommandLine(): Command {
  const cli = new Command("orderflow")
    .description("Reads every Polymarket fill, scores every wallet, and trades on paper.")
    .version(version)
    .addHelpText("after", HELP_END)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.cannotStart));
  for (const add of ADDERS) add(cli);
  for (const command of cli.commands) {
    const examples = EXAMPLES[command.name()];
    if (examples !== undefined)
      command.addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);
  }
  return cli;
}
