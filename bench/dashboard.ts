/**
 * What onlookers cost the executor: at 700 fills a second, its 99th percentile from commit to order without and with 50
 * browsers' worth of live streams, in turn; and the dashboard's memory. All are processes of their own on one PostgreSQL.
 * Run: npm run bench:dashboard [-- --quick]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { openDatabase } from "../src/adapters/postgres/connect.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { createSystemClock } from "../src/adapters/system/clock.ts";
import { chromiumPath } from "../test/support/chromium.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { scriptCommand } from "../test/support/script-command.ts";
import { buildWeb, isBuilt } from "../web/build.ts";
import { monotonicMs, printBench, significant, spread } from "./support/bench-report.ts";
import type { DashboardHostMessage } from "./support/dashboard-host.ts";
import { blocksOfSignals, startExecutor } from "./support/executor-child.ts";
import { createExecutorWorld, type ExecutorWorld } from "./support/executor-world.ts";
import { percentile } from "./support/live-latency.ts";
import { SERVER_SETTINGS } from "./support/server-settings.ts";
import type { ViewersMessage, ViewersOrder } from "./support/stream-viewers.ts";

const values = scriptCommand("bench:dashboard", "Streams and views of the dashboard beside a working executor.")
  .option("--quick", "less of everything")
  .parse()
  .opts<{ quick?: true }>();
/** 700 fills a second at the rhythm of Polygon. */
const LIVE = { blockMs: 1_500, fills: 1_050, oneIn: 10, blocks: values.quick ? 6 : 20 };
const ROUNDS = values.quick ? 2 : 5;
const WARM_UP_BLOCKS = 3;
const STREAMS = 50;
const VIEWS = 5;
const WORLD = { eligible: 10_000, others: 90_000, markets: 20_000 };
const clock = createSystemClock();
const never = new AbortController().signal;

const spawn = (name: string, env: NodeJS.ProcessEnv = {}): ChildProcess =>
  fork(fileURLToPath(new URL(`support/${name}.ts`, import.meta.url)), { env: { PATH: process.env.PATH, ...env } });

function told<M extends { readonly kind: string }, K extends M["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<M, { readonly kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`a process ended with ${code} before it said "${kind}"`));
    const onMessage = (message: M): void => {
      if (message.kind !== kind) return;
      // Asked round after round: what stays is a leak, and Node warns of it.
      child.off("message", onMessage).off("exit", onExit);
      resolve(message as Extract<M, { readonly kind: K }>);
    };
    child.on("message", onMessage).once("exit", onExit);
  });
}

let next = monotonicMs();
let block = 2;
/** @returns the blocks that were committed */
async function streamBlocks(world: ExecutorWorld, blocks: number): Promise<ReadonlySet<number>> {
  const mine = new Set<number>();
  next = Math.max(next, monotonicMs());
  for (let count = 0; count < blocks; count += 1) {
    await clock.sleep(Math.max(0, next - monotonicMs()), never);
    await world.block(block, clock.nowMs(), LIVE.fills, LIVE.oneIn);
    mine.add(block);
    block += 1;
    next += LIVE.blockMs;
  }
  await clock.sleep(LIVE.blockMs, never);
  return mine;
}

/** Until the overview shows its figures, each time in a browser that has nothing kept; null without a Chromium. */
async function firstViews(url: string): Promise<readonly number[] | null> {
  if (chromiumPath === null) return null;
  const browser = await chromium.launch({ executablePath: chromiumPath });
  try {
    const times: number[] = [];
    for (let view = 0; view < VIEWS; view += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const startedAt = monotonicMs();
      await page.goto(url);
      await page.locator("main h1").first().waitFor();
      await page.locator(".bar-loading").first().waitFor({ state: "detached" });
      times.push(monotonicMs() - startedAt);
      await context.close();
    }
    return times;
  } finally {
    await browser.close();
  }
}

/** Of all scripts, whether the first view needs them or not. */
function scriptKb(): number {
  const folder = fileURLToPath(new URL("../web/dist", import.meta.url));
  const scripts = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".js"));
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1_024;
}

if (!isBuilt()) await buildWeb();
const server = await startPostgres(SERVER_SETTINGS);
if (server === null) throw new Error("no PostgreSQL binaries were found");
const database = await openDatabase({ url: server.url });
try {
  await migrate(database);
  const world = await createExecutorWorld(database, WORLD);
  await world.seed(clock.nowMs());
  const executor = startExecutor(server.url);
  await executor.trading;
  const host = spawn("dashboard-host", { DATABASE_URL: server.url, DASHBOARD_PORT: "0", LOG_LEVEL: "warn" });
  const { url } = await told<DashboardHostMessage, "listening">(host, "listening");
  const viewers = spawn("stream-viewers");
  console.log(
    `PostgreSQL ${server.version}; ${ROUNDS} rounds of ${LIVE.blocks} blocks of ${LIVE.fills} fills without and with ${STREAMS} streams`,
  );
  await streamBlocks(world, WARM_UP_BLOCKS);

  const phases: { readonly without: ReadonlySet<number>; readonly along: ReadonlySet<number> }[] = [];
  let events = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await streamBlocks(world, LIVE.blocks);
    const looking = told<ViewersMessage, "looking">(viewers, "looking");
    viewers.send({ url, streams: STREAMS } satisfies ViewersOrder);
    await looking;
    const along = await streamBlocks(world, LIVE.blocks);
    const seen = told<ViewersMessage, "seen">(viewers, "seen");
    viewers.send("stop");
    const { bytes, events: got, resets } = await seen;
    console.log(
      `round ${round + 1}: ${got} events, ${(bytes / 1e6).toFixed(1)} MB to ${STREAMS} streams, ${resets} resets`,
    );
    // Each stream gets at least the trades of each block, and its first events.
    if (got < STREAMS * LIVE.blocks * 0.8) throw new Error("the streams said too little: they did not look on");
    events += got;
    phases.push({ without, along });
  }
  const views = await firstViews(url);
  const stopped = told<DashboardHostMessage, "stopped">(host, "stopped");
  host.kill("SIGTERM");
  const { peakRssMb } = await stopped;
  viewers.disconnect();
  if (viewers.exitCode === null) await once(viewers, "exit");
  await executor.stop();

  const blocks = await blocksOfSignals(database);
  const p99 = (of: ReadonlySet<number>): number =>
    percentile(
      executor.orders.flatMap(({ signalId, at }) => {
        const triggered = blocks.get(signalId) ?? -1;
        return of.has(triggered) ? [at - (world.committed.get(triggered) ?? Number.NaN)] : [];
      }),
      0.99,
    );
  console.log(`orders: ${executor.orders.length} of ${blocks.size} signals`);
  const pairs = phases.map(({ without, along }) => ({ without: p99(without), along: p99(along) }));
  for (const pair of pairs) console.log(`p99 without ${pair.without.toFixed(1)} ms, with ${pair.along.toFixed(1)} ms`);
  printBench("dashboard", {
    ...{ streams: STREAMS, fills_per_s: (LIVE.fills * 1_000) / LIVE.blockMs, rounds: ROUNDS, events },
    executor_p99_ratio: spread(pairs.map(({ without, along }) => along / without)),
    executor_p99_ms: spread(pairs.map(({ along }) => along)),
    rss_mb: significant(peakRssMb),
    js_gzip_kb: significant(scriptKb()),
    first_view_ms: views === null ? null : spread(views),
  });
} finally {
  await database.close();
  await server.stop();
}
