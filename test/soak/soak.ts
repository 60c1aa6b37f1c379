/**
 * Listener, reputation and executor as processes of their own, each with its role on a PostgreSQL and under its memory limit,
 * against a simulated world with ten times the real rate of fills, where nodes, sockets and answers fail, blocks are
 * replaced, and each service is killed now and then. Ends with 1 where memory grows, a row is lost, they fall behind, or
 * one does not come back.
 * Run: npm run soak [-- --minutes 30] [--crowd 3000] [--history 12] [--seed 1] [--keep]
 *
 * With `--from v0.1.0` (a tag or commit) it begins with that version and its tables and is upgraded by the guide, instead of
 * being killed: this version's tables while the old services run, then one service after the other.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { printBench } from "../../bench/support/bench-report.ts";
import { numeric, scriptCommand } from "../support/script-command.ts";
import { createSoakDatabase } from "./database.ts";
import { layOutVersion } from "./earlier-version.ts";
import { judge, report } from "./judge.ts";
import { CLI, SERVICES, superviseService } from "./services.ts";
import type { Sample } from "./verdict.ts";
import { startWorld } from "./world.ts";

const values = scriptCommand("soak", "The services on PostgreSQL against a simulated world in trouble.")
  .option("--minutes <number>", "of trouble", numeric, 1)
  .option("--crowd <number>", "times as many wallets as usual", numeric, 3000)
  .option("--history <hours>", "before it", numeric, 12)
  .option("--seed <number>", "of the world", numeric, 1)
  .option("--from <version>", "begin with this tag or commit, and upgrade")
  .option("--keep", "keep the logs, also where all went well")
  .parse()
  .opts<{ minutes: number; crowd: number; history: number; seed: number; from?: string; keep?: true }>();
const SECONDS = values.minutes * 60;
/** Kills come in the first part; memory is judged in the rest of it, after it has settled. */
const KILL_UNTIL = 0.3;
const SETTLED_AFTER = 0.4;
const KILLS_A_MINUTE = 2;
/** Within which everything that happened must have been read, scored and acted on. */
const SETTLE_SECONDS = 180;
const START_SECONDS = 600;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const started = performance.now();
const elapsed = (): number => (performance.now() - started) / 1_000;
const say = (text: string): void => console.log(`${elapsed().toFixed(0).padStart(5)} s  ${text}`);

async function until(what: string, seconds: number, look: () => Promise<boolean>): Promise<number> {
  const from = elapsed();
  while (!(await look())) {
    if (elapsed() - from > seconds) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(500);
  }
  return elapsed() - from;
}

const folder = mkdtempSync(join(tmpdir(), "orderflow-soak-"));
const world = await startWorld({
  ...{ seed: values.seed, historyHours: values.history, crowd: values.crowd },
});
say(`a world from block ${world.firstBlock}; logs in ${folder}`);
const cli = values.from === undefined ? CLI : layOutVersion(values.from, join(folder, "earlier"));
const database = await createSoakDatabase(world.firstBlock, cli);
const environmentOf = (service: string): Record<string, string> => ({
  DATABASE_URL: database.urlOf(service),
  DATA_DIR: folder,
  POLYGON_RPC_URL: world.addresses.rpc.join(),
  ...world.addresses.venue,
  LOG_FORMAT: "json",
  // Scores every minute and orders of small buys, so that there is as much to do for the other two.
  ...{ CALCULATION_INTERVAL_SECONDS: "60", MIN_WHALE_SCORE: "5.5", MIN_WHALE_TRADE_USD: "5", CAPITAL_USD: "1000000" },
  ...{ MIN_SIGNAL_CONFIDENCE: "0.5", MAX_OPEN_POSITIONS: "200", SIZING: "classic", MAX_DAILY_LOSS: "100000" },
});
const services = SERVICES.map((name) => superviseService({ name, folder, cli, environment: environmentOf(name) }));
const samples: Sample[] = [];
const failures: string[] = [];
const executor = services.find(({ name }) => name === "executor");
let isOver = false;
let read = 0;

/** Highest block of the chain that was mined then, and how far everybody is now. */
async function sample(loadAt: number): Promise<Sample> {
  const at = elapsed() - loadAt;
  // While it does not run it reads nothing more.
  read = (await executor?.gauge("orderflow_read_entry")) ?? read;
  const { covered, executorLagSeconds } = await database.progress(read);
  const waiting = world.heads.find(({ number }) => number > covered);
  return {
    at,
    lagBlocks: Math.max(0, (world.heads.at(-1)?.number ?? covered) - covered),
    lagSeconds: waiting === undefined ? 0 : Math.max(0, Date.now() - waiting.minedAt) / 1_000,
    executorLagSeconds,
    usage: Object.fromEntries(
      services.flatMap((service) => {
        const usage = service.usage();
        return usage === null ? [] : [[service.name, usage]];
      }),
    ),
  };
}

async function watch(loadAt: number): Promise<void> {
  while (!isOver) {
    const now = await sample(loadAt);
    samples.push(now);
    if (samples.length % 30 === 0) {
      const memory = Object.entries(now.usage).map(([name, { rss }]) => `${name} ${rss.toFixed(0)} MB`);
      say(`${now.lagBlocks} blocks behind, executor ${now.executorLagSeconds.toFixed(1)} s; ${memory.join(", ")}`);
    }
    await sleep(1_000);
  }
}

async function killInTurn(): Promise<void> {
  const kills = Math.max(SERVICES.length, Math.round(values.minutes * KILL_UNTIL * KILLS_A_MINUTE));
  const pause = (SECONDS * KILL_UNTIL * 1_000) / (kills + 1);
  const returning: Promise<void>[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(pause);
    const service = services[kill % services.length];
    say(`kill ${service?.name}`);
    if (service !== undefined) returning.push(service.kill());
  }
  await Promise.all(returning);
}

/** The tables first, then one service after the other, with time between in which both versions are at work. */
async function upgradeInTurn(): Promise<void> {
  const pause = (SECONDS * KILL_UNTIL * 1_000) / (services.length + 2);
  await sleep(pause);
  const { made, oldMayStay } = await database.upgrade();
  say(`new tables: ${made.join(", ") || "none"}; the earlier version may ${oldMayStay ? "" : "not "}stay`);
  if (!oldMayStay) {
    await until("the earlier version ends", 60, async () => services.every((service) => service.refusals() > 0));
    say("it has ended; upgrade all");
    await Promise.all(services.map((service) => service.upgrade()));
    return;
  }
  for (const service of services) {
    await sleep(pause);
    say(`upgrade ${service.name}`);
    await service.upgrade();
  }
  const ended = services.filter((service) => service.refusals() > 0).map(({ name }) => name);
  if (ended.length > 0) failures.push(`the earlier version may stay, and ended: ${ended.join()}`);
}

process.once("SIGINT", () => {
  isOver = true;
  world.stop();
  void Promise.all(services.map((service) => service.stop()))
    .then(() => database.stop())
    .finally(() => process.exit(130));
});

try {
  const startedIn = await until("the history read", START_SECONDS, async () => {
    const { covered } = await database.progress(0);
    return covered > 0 && (world.heads.at(-1)?.number ?? Number.POSITIVE_INFINITY) - covered < 5;
  });
  await until("all ready", START_SECONDS, async () =>
    (await Promise.all(services.map((s) => s.isReady()))).every(Boolean),
  );
  const loadAt = elapsed();
  const loadAtMs = Date.now();
  const before = await database.counts();
  say(`history of ${before.fills} fills read in ${startedIn.toFixed(0)} s; now trouble for ${SECONDS} s`);
  world.trouble();
  const watching = watch(loadAt);
  const killing = values.from === undefined ? killInTurn() : upgradeInTurn();
  await sleep(SECONDS * 1_000);
  await killing;
  const load = elapsed() - loadAt;
  isOver = true;
  await watching;
  const frozen = await world.freeze();
  const fillsPerSecond = ((await database.counts()).fills - before.fills) / load;
  say("the world stands still; everybody catches up");
  const settledIn = await until("everything read, scored and acted on", SETTLE_SECONDS, async () => {
    return (await world.isCaughtUp(database.ownerUrl)) && (await database.isDone());
  }).catch(async (error: Error) => {
    const isRead = await world.isCaughtUp(database.ownerUrl);
    failures.push(
      error.message,
      isRead ? "the chain is read" : "the chain is not read",
      ...(await database.whatIsLeft()),
    );
    return SETTLE_SECONDS;
  });
  for (const service of services)
    if (!(await service.isReady())) failures.push(`${service.name} is not ready at the end`);
  await Promise.all(services.map((service) => service.stop()));
  const compared = await world.compare(database.ownerUrl);
  failures.push(...compared.problems.slice(0, 20), ...(await database.problems(folder)));
  const figures = judge({
    ...{ samples, services, settledFrom: SECONDS * SETTLED_AFTER, failures },
    facts: {
      minutes: values.minutes,
      ...(values.from === undefined ? {} : { from: values.from }),
      fills_per_s: Math.round(fillsPerSecond),
      ...(await database.counts()),
      fills_of_chain: compared.fills,
      decision_ms: await database.decisions(loadAtMs),
      reorgs: frozen.reorgs,
      faults: frozen.faults,
      history_s: Math.round(startedIn),
      settle_s: Math.round(settledIn),
      load_average: loadavg().map((each) => Number(each.toFixed(1))),
      memory_limit_by: "--max-old-space-size and a watcher of the resident size",
    },
  });
  console.log(report(figures));
  printBench("soak", figures.json);
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  if (failures.length > 0) {
    process.exitCode = 1;
    say(`a backup of the database: ${await database.backup(folder)}`);
  }
} finally {
  isOver = true;
  await Promise.all(services.map((service) => service.stop()));
  world.stop();
  await database.stop();
  if (!values.keep && process.exitCode === undefined) rmSync(folder, { recursive: true, force: true });
}
