/**
 * The same V2 logs from one local node into PostgreSQL: our listener, Ponder, and COPY of the decoded rows, in turn; then
 * our listener on a live chain. Every fill and every decoded column is compared with Ponder's.
 * Run: npm run bench:listener [-- --quick] [--rounds N] [--blocks N] [--without-ponder] [--without-live] [--live-only]
 */
import pg from "pg";
import { defaultListenerConfig } from "../src/services/listener/listener-config.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { monotonicMs, printBench, significant, spread } from "./support/bench-report.ts";
import { runCopyLimit } from "./support/copy-limit.ts";
import { requireSameFills, sizeOfFills } from "./support/fill-tables.ts";
import { startListener } from "./support/listener-process.ts";
import { measureLive, percentile } from "./support/live-latency.ts";
import { type LogServer, startLogServer } from "./support/log-server-process.ts";
import { installPonder, runPonder } from "./support/ponder.ts";
import { postgresSeconds, processorSeconds } from "./support/processor-time.ts";
import { SERVER_SETTINGS } from "./support/server-settings.ts";

const values = scriptCommand("bench:listener", "The listener against Ponder and a bare COPY, and live.")
  .option("--quick", "less of everything")
  .option("--rounds <number>", "by default 3", numeric)
  .option("--blocks <number>", "by default 5,000", numeric)
  .option("--without-ponder", "leave Ponder out")
  .option("--live-only", "latency alone")
  .option("--without-live", "no latency")
  .parse()
  .opts<{
    quick?: true;
    rounds?: number;
    blocks?: number;
    withoutPonder?: true;
    liveOnly?: true;
    withoutLive?: true;
  }>();
const BLOCKS = values.blocks ?? (values.quick ? 500 : 5_000);
const FILLS_PER_BLOCK = 100;
const ROUNDS = values.rounds ?? (values.quick ? 1 : 3);
/** 700 fills a second at the rhythm of Polygon. */
const LIVE = { blockMs: 1_500, fills: 1_050, blocks: values.quick ? 8 : 60 };
/** What a listener reads before it follows, when it is started for the first time. */
const LIVE_HISTORY_BLOCKS = values.quick ? 100 : defaultListenerConfig.startBlocks;

type Round = { readonly ours: number; readonly copy: number; readonly ponder: number | null };

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await withClient(serverUrl, async (client) => {
    await client.query(`CREATE DATABASE ${name}`);
    await client.query("CHECKPOINT");
  });
  return serverUrl.replace("/postgres?", `/${name}?`);
}

const WARMING = { pieces: 64, bytes: 8_000_000 };

/**
 * Leaves a write-ahead log of used files, as every server has that has been up for a while. In a new one each file is first filled
 * with zeros when it is needed, within a commit, and whoever comes later would find the files of whoever came first.
 */
async function warmLog(serverUrl: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    for (let piece = 0; piece < WARMING.pieces; piece += 1) {
      await client.query("SELECT pg_logical_emit_message(false, 'warming', repeat('.', $1))", [WARMING.bytes]);
    }
    await client.query("CHECKPOINT");
  });
}

/** Seconds from the first request for logs until `work` is done: how long a program takes to start is not its throughput. */
async function timed<T>(node: LogServer, work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  await node.ask("bench_firstLogsAt");
  const result = await work();
  const doneAt = monotonicMs();
  const firstLogsAt = await node.ask<number>("bench_firstLogsAt");
  return { seconds: (doneAt - firstLogsAt) / 1_000, result };
}

/** What the database and the node take meanwhile, in seconds of processor time: two cores are shared by all three. */
async function startMeter(serverUrl: string, node: LogServer) {
  const read = async () => ({
    postgres: await withClient(serverUrl, postgresSeconds),
    node: processorSeconds(node.pid),
  });
  const before = await read();
  return async () => {
    const after = await read();
    return { postgres: after.postgres - before.postgres, node: after.node - before.node };
  };
}

const peaks: number[] = [];
const sizes: number[] = [];

async function runRound(node: LogServer, serverUrl: string, round: number): Promise<Round> {
  const url = await createDatabase(serverUrl, `round_${round}`);
  const machine = await startMeter(serverUrl, node);
  const ours = await timed(node, () => startListener(node, url));
  const others = await machine();
  peaks.push((await ours.result.stop()).peakRssMb);
  const { fills, bytesPerFill } = await withClient(url, sizeOfFills);
  sizes.push(bytesPerFill);
  const copy = await runCopyLimit(url);
  if (copy.rows !== fills || fills < BLOCKS * FILLS_PER_BLOCK) throw new Error(`${fills} fills, ${copy.rows} copied`);
  let ponder: number | null = null;
  if (!values.withoutPonder) {
    await withClient(url, (client) => client.query("CHECKPOINT"));
    ponder = (await timed(node, () => runPonder(node, url, BLOCKS))).seconds;
    await withClient(url, requireSameFills);
  }
  await withClient(serverUrl, (client) => client.query(`DROP DATABASE round_${round}`));
  const perFill = (seconds: number): string => ((seconds * 1e6) / fills).toFixed(1);
  const rate = (seconds: number): string => `${seconds.toFixed(1)} s, ${Math.round(fills / seconds)} fills/s`;
  console.log(
    `round ${round}: ${fills} fills; ours ${rate(ours.seconds)}; COPY ${rate(copy.seconds)}; ` +
      `Ponder ${ponder === null ? "left out" : rate(ponder)}; processor time a fill: ours ` +
      `${perFill(ours.result.cpuSeconds)} µs, PostgreSQL ${perFill(others.postgres)}, the node ${perFill(others.node)}; ` +
      `${Math.round(peaks.at(-1) ?? 0)} MB at most; ${bytesPerFill.toFixed(1)} bytes a fill`,
  );
  return { ours: ours.seconds, copy: copy.seconds, ponder };
}

async function runRounds(serverUrl: string): Promise<Round[]> {
  if (!values.withoutPonder) installPonder();
  const node = await startLogServer({ blocks: BLOCKS, fills: FILLS_PER_BLOCK, empty: 1_000 });
  try {
    const rounds: Round[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) rounds.push(await runRound(node, serverUrl, round));
    return rounds;
  } finally {
    await node.stop();
  }
}

async function runLive(serverUrl: string): Promise<number[]> {
  const url = await createDatabase(serverUrl, "live");
  const node = await startLogServer({ blocks: LIVE_HISTORY_BLOCKS, fills: FILLS_PER_BLOCK, empty: 0 });
  try {
    const listener = await startListener(node, url);
    const delays = await measureLive(node, url, LIVE);
    await listener.stop();
    return delays;
  } finally {
    await node.stop();
  }
}

const server = await startPostgres(SERVER_SETTINGS);
if (server === null) throw new Error("no PostgreSQL binaries were found");
console.log(
  `PostgreSQL ${server.version} (${SERVER_SETTINGS.join(", ")}); ${BLOCKS} blocks of ${FILLS_PER_BLOCK} fills on average`,
);
try {
  await warmLog(server.url);
  const rounds = values.liveOnly ? [] : await runRounds(server.url);
  console.log(`live: ${LIVE.blocks} blocks, one every ${LIVE.blockMs} ms, of ${LIVE.fills} fills on average`);
  const delays = values.withoutLive ? [] : await runLive(server.url);
  const at = (share: number): number => significant(percentile(delays, share));
  console.log(
    `live: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms over ${delays.length} blocks`,
  );
  const spreadOf = (numbers: readonly number[]) => (numbers.length === 0 ? null : spread(numbers));
  printBench("listener", {
    fills: BLOCKS * FILLS_PER_BLOCK,
    vs_ponder: spreadOf(rounds.flatMap(({ ours, ponder }) => (ponder === null ? [] : [ponder / ours]))),
    vs_copy: spreadOf(rounds.map(({ ours, copy }) => copy / ours)),
    rss_mb: peaks.length === 0 ? null : significant(Math.max(...peaks)),
    bytes_per_fill: sizes.length === 0 ? null : significant(Math.max(...sizes)),
    live_p99_ms: at(0.99),
  });
} finally {
  await server.stop();
}
