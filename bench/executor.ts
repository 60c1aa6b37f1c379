/**
 * From the commit of a block to the paper orders that it led to: the listener's rows are committed by this process, the
 * executor runs in a process of its own, both on one PostgreSQL. Then whole cycles over many candidates at once.
 * Run: npm run bench:executor [-- --quick] [--one-in N]
 */
import { sql } from "kysely";
import { type Database, openDatabase } from "../src/adapters/postgres/connect.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { createSystemClock } from "../src/adapters/system/clock.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { numeric, scriptCommand } from "../test/support/script-command.ts";
import { monotonicMs, printBench, significant, spread } from "./support/bench-report.ts";
import { blocksOfSignals, startExecutor } from "./support/executor-child.ts";
import { createExecutorWorld, type ExecutorWorld } from "./support/executor-world.ts";
import { percentile } from "./support/live-latency.ts";
import { SERVER_SETTINGS } from "./support/server-settings.ts";

const values = scriptCommand("bench:executor", "From a block to a decision.")
  .option("--quick", "less of everything")
  .option("--one-in <number>", "a signal in so many fills", numeric, 10)
  .parse()
  .opts<{ quick?: true; oneIn: number }>();
/** 700 fills a second at the rhythm of Polygon. */
const LIVE = { blockMs: 1_500, fills: 1_050, blocks: values.quick ? 8 : 40, oneIn: values.oneIn };
/** Until the compiler has seen what an executor does all day. */
const WARM_UP_BLOCKS = values.quick ? 3 : 10;
const ROUNDS = values.quick ? 1 : 3;
const CYCLES = values.quick ? 2 : 3;
const CYCLE_FILLS = 10_000;
const WORLD = { eligible: 10_000, others: 90_000, markets: 20_000 };
const clock = createSystemClock();
const never = new AbortController().signal;

/** @returns the block after the last */
async function streamBlocks(world: ExecutorWorld, first: number): Promise<number> {
  let next = monotonicMs();
  let block = first;
  for (const end = first + LIVE.blocks + WARM_UP_BLOCKS; block < end; block += 1) {
    await clock.sleep(Math.max(0, next - monotonicMs()), never);
    await world.block(block, clock.nowMs(), LIVE.fills, LIVE.oneIn);
    next += LIVE.blockMs;
  }
  await clock.sleep(LIVE.blockMs, never);
  return block;
}

/** @returns milliseconds from the commit until the executor's place behind it, and all its decisions, are committed. */
async function timeCycle(database: Database, world: ExecutorWorld, block: number): Promise<number> {
  const readTo = async (): Promise<bigint> =>
    (
      await sql<{ seq: bigint }>`SELECT seq FROM flow.reader_cursor WHERE reader = 'executor:PAPER'`.execute(
        database.kysely,
      )
    ).rows[0]?.seq ?? 0n;
  const arrived = Promise.withResolvers<void>();
  const stop = await database.wake.listen("orderflow_signals", () => arrived.resolve());
  await world.candidates(block, clock.nowMs(), CYCLE_FILLS);
  const { rows } = await sql<{ seq: bigint }>`SELECT max(seq) AS seq FROM flow.ingest`.execute(database.kysely);
  await arrived.promise;
  while ((await readTo()) < (rows[0]?.seq ?? 0n)) await clock.sleep(1, never);
  const took = monotonicMs() - (world.committed.get(block) ?? Number.NaN);
  await stop();
  return took;
}

type Round = { readonly sent: number; readonly figures: Readonly<Record<string, number>> };

async function runRound(database: Database, url: string, world: ExecutorWorld, first: number): Promise<Round> {
  const executor = startExecutor(url);
  await executor.trading;
  let next = await streamBlocks(world, first);
  const streamed = executor.orders.length;
  const cycles: number[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle += 1, next += 1) {
    cycles.push(await timeCycle(database, world, next));
    await clock.sleep(LIVE.blockMs, never);
  }
  const rssMb = await executor.stop();
  const blocks = await blocksOfSignals(database);
  const delays = executor.orders.slice(0, streamed).flatMap(({ signalId, at }) => {
    const block = blocks.get(signalId);
    if (block === undefined) throw new Error(`order of an unknown signal ${signalId}`);
    return block < first + WARM_UP_BLOCKS ? [] : [at - (world.committed.get(block) ?? Number.NaN)];
  });
  const at = (share: number): number => significant(percentile(delays, share));
  console.log(`orders: ${delays.length}; p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
  console.log(`cycles of ${CYCLE_FILLS} candidates: ${cycles.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  const figures = {
    orders: delays.length,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    cycle_ms: spread(cycles).median,
    rss_mb: rssMb,
  };
  return { sent: executor.orders.length, figures };
}

async function checkJournal(database: Database, orders: number): Promise<void> {
  const { rows } = await sql<{ fills: bigint; placed: bigint }>`
    SELECT count(*) FILTER (WHERE event ->> 'kind' = 'fillObserved') + coalesce(sum((event -> 'count')::int), 0) AS fills,
      (SELECT count(*) FROM flow.trade_order) AS placed FROM flow.journal`.execute(database.kysely);
  const { fills = 0n, placed = 0n } = rows[0] ?? {};
  console.log(`journal: ${fills} fills decided, ${placed} orders stored, ${orders} sent`);
  if (Number(placed) !== orders) throw new Error(`${orders} orders were sent and ${placed} were stored`);
  if (fills < BigInt(CYCLES * CYCLE_FILLS)) throw new Error("candidates are missing in the journal");
}

/** A database of its own for each: an executor keeps the evidence of ten minutes, and candidates of a round are no other's. */
async function measure(): Promise<Round["figures"]> {
  const server = await startPostgres(SERVER_SETTINGS);
  if (server === null) throw new Error("no PostgreSQL binaries were found");
  const database = await openDatabase({ url: server.url });
  try {
    await migrate(database);
    const world = await createExecutorWorld(database, WORLD);
    await world.seed(clock.nowMs());
    const each = `one of ${LIVE.oneIn} fills by one of ${WORLD.eligible} eligible wallets`;
    console.log(
      `PostgreSQL ${server.version}; ${LIVE.blocks} blocks of ${LIVE.fills} fills, one every ${LIVE.blockMs} ms, ${each}`,
    );
    const { sent, figures } = await runRound(database, server.url, world, 2);
    await checkJournal(database, sent);
    return figures;
  } finally {
    await database.close();
    await server.stop();
  }
}

const rounds: Round["figures"][] = [];
while (rounds.length < ROUNDS) rounds.push(await measure());
const names = ["orders", "p50_ms", "p99_ms", "cycle_ms", "rss_mb"];
printBench("executor", {
  ...{ fills_per_s: (LIVE.fills * 1_000) / LIVE.blockMs, eligible_wallets: WORLD.eligible, one_in: LIVE.oneIn },
  ...{ rounds: ROUNDS },
  ...Object.fromEntries(names.map((name) => [name, spread(rounds.map((figures) => figures[name] ?? Number.NaN))])),
});
