import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { createClobBookSource } from "../../src/adapters/polymarket-clob/book-source.ts";
import { type Database, openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { saveSignificance } from "../../src/adapters/postgres/significance-rows.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { WHALES } from "../simulation/live/plan.ts";
import { createWhales } from "../simulation/live/world.ts";
import { OWNER } from "../support/live-simnet.ts";
import { SMALL_POPULATION } from "../support/simulated-chain.ts";

// The program as an operator starts it, in real time: a signer, an executor that may trade live, and simnet for a venue.

const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const server = inject("postgresUrl");
const name = `live_door_${process.pid}`;
const url = server?.replace("/postgres?", `/${name}?`) ?? "";
/** Public test key: it never holds anything. */
const KEY = "11".repeat(32);
const WALLET = `0x${"b3".repeat(20)}`;
const HOUR_MS = 3_600_000;
const MARKETS = 4;

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };
type Running = {
  readonly child: ChildProcess;
  readonly lines: Line[];
  readonly text: () => string;
  readonly ended: Promise<number | null>;
  said(message: string, count?: number): Promise<Line>;
};

describe.skipIf(server === null)("live trading through the front door", { timeout: 240_000 }, () => {
  const clock = createSystemClock();
  const started: Running[] = [];
  let [folder, admin, database, simnet] = [
    "",
    null as never as pg.Client,
    null as never as Database,
    null as never as Simnet,
  ];
  let whales: Awaited<ReturnType<typeof createWhales>>;
  let trades = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "orderflow-door-"));
    admin = new pg.Client({ connectionString: server ?? "" });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    database = await openDatabase({ url });
    await migrate(database);
    const account = { owner: OWNER.address, wallet: WALLET, signatureType: 3 as const, collateralUsd: 500 };
    simnet = await startSimnet({
      seed: 15,
      port: 0,
      clock,
      history: 1,
      wallets: SMALL_POPULATION,
      accounts: [account],
    });
    const books = createClobBookSource({ url: simnet.clobUrl, timeoutMs: 5_000, userAgent: "orderflow/test" });
    const later = clock.nowMs() + HOUR_MS;
    const markets = simnet.world.markets.filter(
      (market) => market.terms.tickPips === 100 && market.opensAt < clock.nowMs() && market.endsAt > later,
    );
    // Where a cent is little of the price: elsewhere the book moves past the most that may be paid at every tick.
    const steady = await Promise.all(
      markets.map(async (market) => {
        const book = await books.fetchBook(market.tokenIds()[0], AbortSignal.timeout(30_000));
        return { market, off: Math.abs(Number(book?.asks[0]?.price ?? 0n) - 500_000) };
      }),
    );
    const chosen = steady.toSorted((a, b) => a.off - b.off).map(({ market }) => market);
    whales = await createWhales(database, clock, chosen.slice(0, MARKETS), books);
    writeFileSync(
      join(folder, "signer.json"),
      JSON.stringify({ key: { environment: "TRADING_KEY" }, wallet: WALLET, maxOrderUsd: "50", maxDayUsd: "200" }),
    );
  });
  afterAll(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await simnet.stop();
    await database.close();
    await admin.query(`DROP DATABASE ${name} (FORCE)`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(command: readonly string[], environment: Readonly<Record<string, string>>): Running {
    const env = { PATH: process.env.PATH ?? "", LOG_FORMAT: "json", LOG_LEVEL: "debug", ...environment };
    const child = spawn(process.execPath, [cli, ...command], { cwd: folder, env });
    const lines: Line[] = [];
    let text = "";
    const output = createInterface({ input: child.stdout });
    output.on("line", (line) => {
      text += `${line}\n`;
      lines.push(JSON.parse(line) as Line);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const said = (message: string, count = 1): Promise<Line> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.filter(({ msg }) => msg === message)[count - 1];
          if (found !== undefined) resolve(found);
        };
        output.on("line", look);
        void ended.then(() => reject(new Error(`ended without "${message}": ${text.slice(-2_000)}`)));
        look();
      });
    const running = { child, lines, text: () => text, ended, said };
    started.push(running);
    return running;
  }
  const startSigner = () => start(["signer", "--settings", "signer.json"], { TRADING_KEY: `0x${KEY}` });
  const live = () => ({
    ...{ DATABASE_URL: url, ENABLE_PAPER_TRADING: "false", SIGNER_SOCKET: join(folder, "signer.sock") },
    ...{ CLOB_URL: simnet.clobUrl, CLOB_WS_URL: simnet.marketUrl, CLOB_USER_WS_URL: simnet.userUrl },
    ...{
      POLYGON_RPC_URL: simnet.rpcUrl,
      GAMMA_URL: simnet.gammaUrl,
      GEOBLOCK_URL: simnet.geoblockUrl,
      CAPITAL_USD: "450",
      MAX_POSITION_USD: "40",
    },
  });
  const startExecutor = (environment = {}) => start(["executor"], { ...live(), ...environment });
  const rowsOf = async <Row>(statement: ReturnType<typeof sql>): Promise<readonly Row[]> =>
    (await statement.execute(database.kysely)).rows as Row[];
  /** Blocks come as long as something is waited for. */
  async function until<T>(waited: Promise<T>, passing: () => Promise<void> = () => whales.mine()): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    void waited.then(over, over);
    for (let beat = 0; !isOver; beat += 1) {
      if (beat % 10 === 0) await passing();
      await clock.sleep(200);
    }
    return waited;
  }

  /** A whale buys; another one does elsewhere whenever the book has moved on before ours could follow. */
  function untilFollowed(what: Promise<Line>): Promise<Line> {
    let seen = -1;
    return until(what, async () => {
      const given = await rowsOf(sql`SELECT 1 FROM flow.signal WHERE status IN ('SKIPPED', 'EXPIRED')`);
      if (given.length === seen) return whales.mine();
      if (await whales.trade("BUY", 1 + (trades % WHALES), trades % MARKETS)) seen = given.length;
      trades += 1;
    });
  }

  test("without what it takes it trades on paper and says every reason, in the log and in the status", async () => {
    const executor = startExecutor({ LIVE_TRADING_ACK: `0x${"99".repeat(20)}` });
    expect(await until(executor.said("trading"))).toMatchObject({ mode: "PAPER" });
    const codes = executor.lines.filter(({ msg }) => msg === "not trading live").map(({ code }) => code);
    expect(codes).toEqual(["NOT_PROVEN", "SIGNER_SILENT"]);
    const [status] = await rowsOf<object>(sql`SELECT asked, mode, refusals FROM orderflow_live_status`);
    expect(status).toMatchObject({ asked: "LIVE", mode: "PAPER", refusals: codes.map((code) => ({ code })) });
    expect(await rowsOf(sql`SELECT payload FROM flow.alert_outbox WHERE kind = 'mode'`)).toHaveLength(1);
    executor.child.kill("SIGINT");
    await executor.ended;
  });

  test("armed it follows a whale with money; killed with an order on its way it makes no second one", async () => {
    const proven = { bets: 40, clusters: 30, edgePerShare: 0.05, lowerBound: 0.01, upperBound: 0.09 };
    const record = { ...proven, signalType: "FOLLOW_WHALE", source: null, verdict: "proven" } as const;
    await saveSignificance(database, "PAPER", [record], clock.nowMs());
    const signer = startSigner();
    await signer.said("signing");
    const first = startExecutor({ LIVE_TRADING_ACK: WALLET });
    expect(await until(first.said("TRADING LIVE, with money"))).toMatchObject({ wallet: WALLET, capital: "450 USD" });
    expect(first.text()).not.toContain("could not be tried");
    await until(first.said("account reconciled"));
    // The answer is lost: whether the order exists only asking can tell.
    simnet.faults.plan("answer lost");
    await untilFollowed(first.said("order sent"));
    first.child.kill("SIGKILL");
    await first.ended;

    const second = startExecutor({ LIVE_TRADING_ACK: WALLET });
    const trade = await until(second.said("live trade"));
    expect(trade).toMatchObject({ mode: "LIVE" });
    expect(simnet.faults.seen()).toBe(1);

    // Without its signer nothing goes out; with it again the next order does.
    signer.child.kill("SIGKILL");
    await signer.ended;
    await untilFollowed(second.said("order without an answer"));
    const again = startSigner();
    await again.said("signing");
    // On a slow machine the order may be too old by now; then it is this one.
    await untilFollowed(second.said("live trade", 2));

    // A stop loss may be on its way to the chain at this moment: the books agree when nothing is.
    const index = simnet.world.wallets.findIndex((each) => each.address === WALLET);
    const spent = (): bigint => 500_000_000n - BigInt(simnet.world.accounts.cash(index));
    await until(
      vi.waitFor(async () => expect(await spentByOurBooks()).toBe(spent()), { timeout: 90_000, interval: 500 }),
    );
    expect(await rowsOf(sql`SELECT kind FROM flow.live_difference`)).toEqual([]);
    const held = await rowsOf<{ twin: string | null }>(sql`
      SELECT d.paper_fill_share AS twin FROM orderflow_positions p
      JOIN orderflow_drift d ON d.position_id = p.id AND d.side = 'BUY' WHERE p.mode = 'LIVE'`);
    expect(held.length).toBeGreaterThanOrEqual(2);
    for (const { twin } of held) expect(twin).not.toBeNull();

    await expectNoKey(second);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
    again.child.kill("SIGINT");
    expect(await again.ended).toBe(0);
  });

  async function spentByOurBooks(): Promise<bigint> {
    const [row] = await rowsOf<{ spent: bigint }>(sql`
      SELECT capital_micros - cash_micros AS spent FROM flow.executor_state WHERE mode = 'LIVE'`);
    return row?.spent ?? 0n;
  }

  /** In no log, error, file, database or environment but the signer's own; the credentials in no log and no database. */
  async function expectNoKey(executor: Running): Promise<void> {
    const kept = readFileSync(join(folder, "data", "clob-credentials.json"), "utf8");
    const { secret, passphrase } = (JSON.parse(kept) as { credentials: Record<string, string> }).credentials;
    const needles = [
      KEY,
      BigInt(`0x${KEY}`).toString(),
      Buffer.from(KEY, "hex").toString("base64"),
      secret ?? "?",
      passphrase ?? "?",
    ];
    const tables = await rowsOf<{ name: string }>(sql`
      SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'flow' AND c.relkind = 'r'`);
    const dump: string[] = [];
    for (const table of tables) {
      const rows = await rowsOf<{ row: string }>(sql`SELECT t::text AS row FROM ${sql.raw(table.name)} t`);
      dump.push(...rows.map(({ row }) => row));
    }
    expect(dump.join("").length).toBeGreaterThan(10_000);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const places = [
      ...started.map(({ text }) => text()),
      dump.join("\n"),
      process.platform === "linux" ? readFileSync(`/proc/${executor.child.pid}/environ`, "utf8") : "",
    ];
    for (const needle of needles) for (const place of places) expect(place.includes(needle)).toBe(false);
    for (const { parentPath, name: file } of files)
      expect(readFileSync(join(parentPath, file), "utf8").includes(KEY)).toBe(false);
  }
});
