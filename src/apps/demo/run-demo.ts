import { writeFileSync } from "node:fs";
import type { Database } from "../../adapters/postgres/connect.ts";
import { readOverview, readPositions, readScoredWallets } from "../../adapters/postgres/overview.ts";
import { createScaledClock, wallNowMs } from "../../adapters/system/clock.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { runAllInOne } from "../all-in-one.ts";
import { openLogger, type Program, withDatabase } from "../program.ts";
import { ServiceFailure } from "../run-services.ts";
import { withChosenLines } from "./chosen-lines.ts";
import { prepareDemoFolder } from "./data-folder.ts";
import { DEMO_STRATEGY, demoEnvironment } from "./environment.ts";
import type { Milestones } from "./milestones.ts";
import { type DemoOptions, PATIENCE_SECONDS } from "./options.ts";
import { reportSkill, scoredBy } from "./planted-skill.ts";
import { fetchPlantedWallets } from "./planted-wallets.ts";
import { type SimnetProcess, startSimnetProcess } from "./simnet-process.ts";
import { type DemoSummary, renderSummary, summaryFigures } from "./summary.ts";
import { createPanelView, createPlainView, type DemoView } from "./view.ts";
import { secondsSinceStart, watchDemo } from "./watch.ts";

/** Panels between two progress lines where there is no terminal: about five seconds. */
const PLAIN_EVERY_PANELS = 10;

/** Markets per question to the catalogue: simnet takes a longer address than the real one surely does. */
const INFO_BATCH = 100;

const INTRODUCTION = [
  "SIMULATED: a made-up world on this machine, without keys, network or money.",
  "Some of its wallets were given skill. The program does not know which; it has to find out from their fills.",
  "Profit in a simulated world proves nothing about the real one.",
  "",
];

type World = {
  readonly options: DemoOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly view: DemoView;
  readonly database: Database;
  readonly folder: string;
  readonly simnet: SimnetProcess;
};

/** Starts simnet, runs the program against it, shows it, and ends with the summary. */
export async function runDemo(options: DemoOptions, program: Program): Promise<void> {
  const { terminal, environment, signal } = program;
  const { seed, speed } = options;
  const folder = prepareDemoFolder(options.folder);
  for (const line of INTRODUCTION) terminal.writeLine(line);
  const startedAt = wallNowMs();
  const clock = createScaledClock({ startedAt, speed });
  const view = terminal.isInteractive ? createPanelView(terminal) : createPlainView(terminal, PLAIN_EVERY_PANELS);
  const logger = withChosenLines(openLogger(environment, { ...terminal, writeLine: view.line }, clock, true));
  // An empty database and a world's history take seconds each, in two processes.
  const starting = startSimnetProcess({ seed, speed, startedAt }, signal);
  const started = starting.catch(() => null);
  try {
    await withDatabase({ environment: { DATABASE_URL: null, DATA_DIR: folder.database }, logger }, async (database) => {
      await runInWorld(
        { options, clock, logger, view, database, folder: folder.database, simnet: await starting },
        program,
      );
    });
  } finally {
    await (await started)?.stop();
  }
}

async function runInWorld(world: World, { terminal, signal }: Program): Promise<void> {
  const { options, clock, logger, view, database, simnet } = world;
  const { colours } = terminal;
  const shown = new AbortController();
  const stop = AbortSignal.any([signal, shown.signal, simnet.died]);
  const failures: unknown[] = [];
  const parts = { environment: demoEnvironment(simnet.addresses, options.speed), database, clock, logger };
  const listener = { startBlock: simnet.firstBlock, infoBatch: INFO_BATCH };
  const services = runAllInOne(
    { ...parts, strategyFile: DEMO_STRATEGY, machineTimeFactor: options.speed, simulated: true, listener },
    world.folder,
    stop,
  )
    .catch((error: unknown) => void failures.push(error))
    .finally(() => shown.abort());
  const milestones = await watchDemo({ database, clock, options, view, colours, signal: stop });
  const simnetDied = simnet.died.aborted;
  shown.abort();
  await services;
  view.close();
  if (failures.length > 0) throw failures[0];
  if (simnetDied) throw new ServiceFailure("the simulated world ended unexpectedly");
  const summary = await summarise(world, milestones);
  terminal.writeLine(renderSummary(summary, options));
  if (options.report !== null) writeFileSync(options.report, summaryFigures(summary));
  if (!signal.aborted && options.seconds === null && milestones.firstResolvedSeconds === null) {
    throw new ServiceFailure(`no paper position was closed by a resolution within ${PATIENCE_SECONDS} s`);
  }
}

async function summarise({ simnet, options, database }: World, milestones: Milestones): Promise<DemoSummary> {
  const seconds = secondsSinceStart();
  const planted = await fetchPlantedWallets(simnet.addresses.walletsUrl);
  const found = await readScoredWallets(database);
  const scoreOf = scoredBy(found);
  return {
    seconds,
    simulatedMinutes: (seconds * options.speed) / 60,
    overview: await readOverview(database),
    wallets: await readScoredWallets(database, 10),
    positions: await readPositions(database, 20),
    milestones,
    skill: reportSkill(planted, found),
    planted: planted.map((wallet) => ({ ...wallet, score: scoreOf(wallet) })),
  };
}
