/** The process in which the soak's world runs: simnet, two nodes of its chain with faults, and cables to its venue. */
import { sql } from "kysely";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import type { Chain } from "../../src/adapters/simnet/chain/chain.ts";
import { TOPIC } from "../../src/adapters/simnet/chain/contracts.ts";
import { createFaults, type Fault, type FaultRates } from "../../src/adapters/simnet/faults/faults.ts";
import { drawInteger } from "../../src/adapters/simnet/random/draws.ts";
import { createPrng } from "../../src/adapters/simnet/random/prng.ts";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { DEFAULT_POPULATION } from "../../src/adapters/simnet/world/wallets.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { findProblems, isCaughtUp } from "../simulation/checks.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { startEndpoint } from "./endpoint.ts";
import type { WorldArguments, WorldMessage, WorldRequest } from "./world.ts";

/** On each occasion: a request, or a message of a feed. Each kind happens within a few minutes, together some percent. */
const RATES: FaultRates = {
  ...{ refused: 0.01, reset: 0.01, silent: 0.002, slow: 0.004, status: 0.01, garbled: 0.01 },
  ...{ result_cap: 0.01, response_too_large: 0.01, batch_too_large: 0.01, call_failed: 0.01, block_missing: 0.01 },
  ...{ reply_missing: 0.01, logs_empty: 0.005, logs_cut: 0.005, log_left_out: 0.005, log_of_other_hash: 0.005 },
  ...{ feed_lost: 0.02, feed_twice: 0.02, feed_late: 0.02, feed_garbage: 0.01, feed_leap: 0.01, feed_dropped: 0.01 },
  ...{ feed_frozen: 0.005 },
};
const FINALITY_BLOCKS = 4;
/** One wallet in so many trades before the crowd comes. */
const QUIET = 500;
/** Long enough to be everywhere, short enough to be caught up with. */
const CROWD_AHEAD_MS = 60_000;
/** Milliseconds from one misfortune to the next, at least and at most. */
const PAUSE_MS = [4_000, 12_000] as const;
const OUTAGE_MS = [3_000, 15_000] as const;

const { seed, historyHours, crowd } = JSON.parse(process.argv[2] ?? "{}") as WorldArguments;
const tell = (message: WorldMessage): void => void process.send?.(message);
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});

const clock = createSystemClock();
const never = new AbortController().signal;
const random = createPrng(seed, "soak");
const { market_maker, informed, noise, panicker } = DEFAULT_POPULATION;
const simnet = await startSimnet({
  ...{ seed, port: 0, clock, history: historyHours, finalityBlocks: FINALITY_BLOCKS, isManual: true },
  wallets: { market_maker, informed: informed * crowd, noise: noise * crowd, panicker: panicker * crowd },
  rush: { fromMs: clock.nowMs() - CROWD_AHEAD_MS, oneInBefore: QUIET },
});
const { chain } = simnet;
const struck = createFaults<Fault>(seed, RATES);
let isPeace = true;
const faults: typeof struck = { ...struck, strikes: (...occasion) => !isPeace && struck.strikes(...occasion) };
const nodes = await Promise.all([
  startEndpoint({ name: "a", chain, faults, lies: "never" }),
  startEndpoint({ name: "b", chain, faults, lies: "once" }),
]);
const cable = await startTcpProxy(Number(new URL(simnet.baseUrl).port));
let isFrozen = false;
let reorgs = 0;
const others = new Map<string, number>();
const count = (what: string): void => void others.set(what, (others.get(what) ?? 0) + 1);

void mine();
const at = (url: string): string => url.replace(/:\d+\//, `:${cable.port}/`);
tell({
  kind: "ready",
  firstBlock: chain.firstBlock,
  addresses: {
    rpc: nodes.flatMap(({ url, wsUrl }) => [url, wsUrl]),
    venue: {
      ...{ GAMMA_URL: at(simnet.gammaUrl), CLOB_URL: at(simnet.clobUrl) },
      ...{ CLOB_WS_URL: at(simnet.marketUrl), DATA_API_URL: at(simnet.dataUrl) },
    },
  },
});

async function mine(): Promise<void> {
  let told = 0;
  while (!isFrozen) {
    await clock.sleep(Math.max(1, chain.nextBlockAt() - clock.nowMs()), never);
    if (isFrozen) return;
    simnet.advanceTo(clock.nowMs());
    for (let number = Math.max(told + 1, chain.head() - 100); number <= chain.head(); number += 1) {
      tell({ kind: "head", number, minedAt: clock.nowMs() });
    }
    told = chain.head();
  }
}

/** One misfortune after another, until the world is frozen. */
async function trouble(): Promise<void> {
  isPeace = false;
  while (!isFrozen) {
    await clock.sleep(drawInteger(random, ...PAUSE_MS), never);
    if (!isFrozen) await misfortune(drawInteger(random, 0, 5));
  }
}

async function misfortune(kind: number): Promise<void> {
  const outage = (): Promise<void> => clock.sleep(drawInteger(random, ...OUTAGE_MS), never);
  if (kind <= 1) {
    reorgs += 1;
    const transactions = (["same", "shifted", "dropped"] as const)[drawInteger(random, 0, 2)] ?? "same";
    simnet.reorg(drawInteger(random, 1, FINALITY_BLOCKS - 1), transactions);
  } else if (kind === 2) {
    count("venue_sockets_dropped");
    cable.drop();
  } else if (kind === 3) {
    count("venue_answers_cut");
    cable.cutAnswers(3, 100);
  } else if (kind === 4) {
    count("endpoint_died");
    const node = nodes[drawInteger(random, 0, 1)];
    node?.die();
    await outage();
    node?.revive();
  } else {
    count("venue_died");
    cable.refuse(true);
    cable.drop();
    await outage();
    cable.refuse(false);
  }
}

/** Amounts as the chain's words say them: what the order gives and gets. */
function fillsOf(from: Chain): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const number of from.nonEmpty(from.firstBlock, from.head())) {
    for (const { topics, data, logIndex } of from.logsOf(number)) {
      if (topics[0] !== TOPIC.orderFilledV1 && topics[0] !== TOPIC.orderFilledV2) continue;
      const word = (index: number): bigint => BigInt(`0x${data.slice(2 + 64 * index, 66 + 64 * index)}`);
      found.set(`${number}:${Number(logIndex)}`, word(2) + word(3));
    }
  }
  return found;
}

async function compare(url: string): Promise<WorldMessage> {
  const db = await openDatabase({ url });
  try {
    const problems = [...(await findProblems(db, chain, chain.firstBlock))];
    const expected = fillsOf(chain);
    const { rows } = await sql<{ at: string; amounts: bigint }>`
      SELECT block_number || ':' || log_index AS at, size_micros + cash_micros AS amounts FROM flow.fill`.execute(
      db.kysely,
    );
    for (const { at, amounts } of rows) {
      if (expected.get(at) !== amounts) problems.push(`fill ${at}: ${amounts} instead of ${expected.get(at)}`);
    }
    return { kind: "compared", fills: expected.size, problems };
  } finally {
    await db.close();
  }
}

async function isRead(url: string): Promise<boolean> {
  const db = await openDatabase({ url });
  return isCaughtUp(db, chain, chain.firstBlock).finally(() => db.close());
}

process.on("message", (request: WorldRequest) => {
  if (request.kind === "trouble") void trouble();
  if (request.kind === "caughtUp") void isRead(request.databaseUrl).then((is) => tell({ kind: "caughtUp", is }));
  if (request.kind === "compare") void compare(request.databaseUrl).then(tell);
  if (request.kind === "freeze") {
    isFrozen = true;
    isPeace = true;
    for (const node of nodes) node.revive();
    cable.refuse(false);
    cable.cutAnswers(0, 0);
    tell({ kind: "frozen", reorgs, faults: { ...Object.fromEntries(struck.counts()), ...Object.fromEntries(others) } });
  }
});
