import type { Command } from "commander";
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
import { createLine } from "./line.ts";

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
export const createCommandLine = (): Command => createLine(ADDERS);
