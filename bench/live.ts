/**
 * From a decision to the first bytes of its order on the venue's socket: signed by a signer in a process of its own,
 * stored in PostgreSQL, sent over loopback to a venue in another one. Beside it, what each step takes by itself.
 * Run: npm run bench:live [-- --quick]
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAccountClient } from "../src/adapters/polymarket-clob/account-client.ts";
import { openDatabase } from "../src/adapters/postgres/connect.ts";
import { createLiveOrderStore } from "../src/adapters/postgres/live-order-store.ts";
import { migrate } from "../src/adapters/postgres/migrate.ts";
import { createSignerClient } from "../src/adapters/signer/signer-client.ts";
import { createSystemClock } from "../src/adapters/system/clock.ts";
import { systemRandom } from "../src/adapters/system/random.ts";
import { type ManualMarket, manualOrder } from "../src/core/execution/manual-order.ts";
import { parseAddress, parseMarketId, parseTokenId } from "../src/core/ids/ids.ts";
import { NO_FEE } from "../src/core/market/market.ts";
import { price, shares, usd } from "../src/core/money/amounts.ts";
import type { LiveOrderStore } from "../src/ports/live-order-store.ts";
import { createLiveVenue } from "../src/services/live/live-venue.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { createQuietLogger } from "../test/support/quiet-logger.ts";
import { scriptCommand } from "../test/support/script-command.ts";
import { monotonicMs, printBench, significant } from "./support/bench-report.ts";
import { percentile } from "./support/live-latency.ts";
import type { OrderDeskMessage } from "./support/order-desk.ts";
import { SERVER_SETTINGS } from "./support/server-settings.ts";

const values = scriptCommand("bench:live", "From a decision to a signed order at the venue.")
  .option("--quick", "less of everything")
  .parse()
  .opts<{ quick?: true }>();
const ORDERS = values.quick ? 300 : 3_000;
const WARM_UP = values.quick ? 100 : 500;
const WALLET = `0x${"22".repeat(20)}`;
const WANTED_MS = 5;
const clock = createSystemClock();
const never = new AbortController().signal;

const token = parseTokenId("71321045679252212594626385532706912750332728571942532289631379312455583992563");
const market: ManualMarket = {
  ...{ marketId: parseMarketId(`0x${"ab".repeat(32)}`), tokenIds: [token, token], outcomeIndex: 0 },
  book: {
    tokenId: token,
    bids: [],
    asks: [],
    tickSize: price(10_000n),
    minOrderSize: shares(5_000_000n),
    asOf: clock.nowMs(),
  },
  terms: { tickSize: price(10_000n), minOrderSize: shares(5_000_000n), fee: NO_FEE, acceptingOrders: true },
};

/** `orderflow signer` itself, with limits that the run does not reach. */
async function startSigner(folder: string): Promise<{ readonly child: ChildProcess; readonly socket: string }> {
  const settings = { key: { environment: "BENCH_KEY" }, wallet: WALLET, maxOrderUsd: "100", maxDayUsd: "10000000" };
  writeFileSync(join(folder, "signer.json"), JSON.stringify(settings));
  const cli = fileURLToPath(new URL("../src/apps/cli.ts", import.meta.url));
  const env = { PATH: process.env.PATH, BENCH_KEY: "11".repeat(32), LOG_LEVEL: "warn", LOG_FORMAT: "json" };
  const child = spawn(process.execPath, [cli, "signer", "--settings", "signer.json"], {
    cwd: folder,
    env,
    stdio: "inherit",
  });
  const socket = join(folder, "signer.sock");
  for (let waited = 0; !existsSync(socket); waited += 50) {
    if (waited > 20_000 || child.exitCode !== null) throw new Error("the signer does not start");
    await clock.sleep(50, never);
  }
  return { child, socket };
}

async function startDesk() {
  const arrivals: number[] = [];
  const child = fork(fileURLToPath(new URL("support/order-desk.ts", import.meta.url)));
  const port = await new Promise<number>((resolve) => {
    child.on("message", (message: OrderDeskMessage) => {
      if (message.kind === "listening") resolve(message.port);
      else arrivals.push(message.at);
    });
  });
  return { child, arrivals, url: `http://127.0.0.1:${port}` };
}

/** Milliseconds of every call, by name. */
function timing<T extends object>(of: T, names: readonly (keyof T)[], into: Map<string, number[]>): T {
  const timed = { ...of };
  for (const name of names) {
    const method = of[name] as (...args: unknown[]) => Promise<unknown>;
    const spent: number[] = [];
    into.set(String(name), spent);
    timed[name] = (async (...args: unknown[]) => {
      const startedAt = monotonicMs();
      const result = await method(...args);
      spent.push(monotonicMs() - startedAt);
      return result;
    }) as T[keyof T];
  }
  return timed;
}

const folder = mkdtempSync(join(tmpdir(), "orderflow-bench-live-"));
const postgres = await startPostgres(SERVER_SETTINGS);
if (postgres === null) throw new Error("no PostgreSQL binaries were found");
const database = await openDatabase({ url: postgres.url });
await migrate(database);
const { child: signer, socket } = await startSigner(folder);
const desk = await startDesk();
const steps = new Map<string, number[]>();
const store: LiveOrderStore = timing(createLiveOrderStore(database), ["find", "add"], steps);
const credentials = { key: "11111111-2222-3333-4444-555555555555", secret: "c2VjcmV0", passphrase: "pp" };
const venue = createLiveVenue({
  client: createAccountClient({
    ...{ url: desk.url, timeoutMs: 5_000, userAgent: "orderflow/bench", clock, credentials, signatureType: 3 },
    owner: "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A",
  }),
  signer: timing(createSignerClient(socket), ["signOrder"], steps),
  ...{ store, clock, random: systemRandom, logger: createQuietLogger() },
  account: { wallet: parseAddress(WALLET), owner: parseAddress(WALLET), signatureType: 3 },
  exchangeOf: async () => ({ marketVersion: "v1", negRisk: false }),
  alarm: async (sort, text) => {
    throw new Error(`${sort}: ${text}`);
  },
  hold: () => null,
  // The end of an order is asked for at once: what is measured is over by then.
  hints: { heard: () => {}, wait: async () => {} },
});

const started: number[] = [];
for (let n = 0; n < WARM_UP + ORDERS; n++) {
  const at = clock.nowMs();
  const order = manualOrder(market, { side: "BUY", stakeUsd: usd(10_000_000n), limitPrice: price(500_000n), at });
  const decided = { ...order, clientOrderId: `B-${n}` } as typeof order;
  started.push(monotonicMs());
  const result = await venue.place(decided, never);
  if (result.status !== "unfilled" || result.reason !== "NO_LIQUIDITY") throw new Error(JSON.stringify(result));
}
desk.child.disconnect();
signer.kill("SIGINT");
await Promise.all([once(desk.child, "exit"), once(signer, "exit")]);
await database.close();
await postgres.stop();
rmSync(folder, { recursive: true });

if (desk.arrivals.length !== started.length)
  throw new Error(`${desk.arrivals.length} of ${started.length} orders arrived`);
const measured = started.map((at, index) => (desk.arrivals[index] ?? Number.NaN) - at).slice(WARM_UP);
for (const [name, spent] of steps) {
  const own = spent.slice(-ORDERS);
  console.log(
    `${name.padEnd(10)} p50 ${significant(percentile(own, 0.5))} ms, p99 ${significant(percentile(own, 0.99))} ms`,
  );
}
const [p50, p99] = [percentile(measured, 0.5), percentile(measured, 0.99)];
console.log(
  `${ORDERS} orders from decision to socket: p50 ${significant(p50)} ms, p99 ${significant(p99)} ms, wanted < ${WANTED_MS}`,
);
printBench("live", { p50_ms: significant(p50), p99_ms: significant(p99) });
