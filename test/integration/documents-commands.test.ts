// Goal: every command that a document shows ends as it says. Method: a simulated chain that was read and scored on a PostgreSQL; those
// that end by themselves and do no harm are run as they stand, in one process; for the others a reason is declared, and printed.
import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "kysely";
import { expect, inject, test } from "vitest";
import { startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import type { CommandOutcome } from "../support/command-runner.ts";
import { databaseUrl, describeOnOneEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";

const root = join(import.meta.dirname, "../..");
const documents = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(join(root, name), "utf8"));
const found = (pattern: RegExp): readonly string[] =>
  [...new Set(documents.flatMap((text) => [...text.matchAll(pattern)].map(([, what = ""]) => what.trim())))].sort();

/** What is not run here, and where it is instead. */
const NOT_HERE: Readonly<Record<string, string>> = {
  up: "runs until it is stopped: up.test.ts, run-images.test.ts",
  listener: "runs until it is stopped: run-images.test.ts",
  reputation: "runs until it is stopped: run-images.test.ts",
  executor: "runs until it is stopped: run-images.test.ts, two-executors.test.ts",
  dashboard: "runs until it is stopped: run-images.test.ts",
  signer: "runs until it is stopped: signer.test.ts, run-images.test.ts",
  demo: "runs until it is stopped: demo.test.ts",
  livetest: "spends money, needs a venue and a signer: live-commands.test.ts",
  "cancel-all": "needs a venue and a signer: live-commands.test.ts",
  claims: "needs a venue and a signer: live-commands.test.ts",
  close: "needs a position: dashboard.test.ts and executor.test.ts give the same command",
  "migrate-db": "moves a database: backup.test.ts",
  restore: "fills an empty database: backup.test.ts",
  backfill: "reads blocks of the real chain: cli-backfill.test.ts",
  import: "needs archives: the tests of src/adapters/archive/import",
  backtest: "minutes: backtest-proof.test.ts, backtest-session.test.ts",
  sweep: "minutes: sweep.test.ts",
  "model train": "minutes: model-proof.test.ts",
  bootstrap: "replaces scores by imported ones: bootstrap-simnet.test.ts",
  "verify --deep": "reads from another endpoint than the first, and there is one: verify's own tests",
};

/** Not 0 in this world: no executor runs that could obey, and no wallet has a score yet. */
const ENDS_OTHERWISE: Readonly<Record<string, number>> = { "close-all": 2, resume: 2, reconcile: 1 };

const SCRIPTS_NOT_HERE: Readonly<Record<string, string>> = {
  ...{ demo: "runs until it is stopped: demo.test.ts", "build:web": "run-images.test.ts builds the pages" },
  ...{ check: "goes before every test run", format: "changes files", "env:example": "its test is beside the settings" },
  ...{ licences: "supply.test.ts", secrets: "supply.test.ts", release: "supply.test.ts", sbom: "supply.test.ts" },
  ...{
    "test:only": "this",
    "test:faults": "faults-even.test.ts, a share",
    "test:kills": "executor-kills.test.ts, a share",
  },
  ...{ "test:live": "live-executor.test.ts, a share", soak: "half an hour; verdict.test.ts judges" },
};

test("every npm script in a document is run somewhere, and it is said where", () => {
  const scripts = found(/npm run ([a-z][a-z:-]+)/g).filter((name) => !/^(bench|report):/.test(name));
  expect(scripts).toEqual(Object.keys(SCRIPTS_NOT_HERE).sort());
});

test("what the audit looks for is found", () => {
  const searches = found(/`(grep -[^`]+)`/g);
  expect(searches.length).toBeGreaterThan(1);
  for (const search of searches) expect(execFileSync("bash", ["-c", search], { cwd: root }).length).toBeGreaterThan(0);
});

/** As a reader types it: what is in brackets is left out, what is in angles is put in. */
const typed = (text: string, values: Readonly<Record<string, string>>): readonly string[] =>
  text
    .replace(/\[[^\]]*\]/g, "")
    .replace(/<([a-z-]+)>/g, (_, name: string) => values[name] ?? `<${name}>`)
    .trim()
    .split(/\s+/);

const server = inject("postgresUrl");
describeOnOneEngine("commands in documents", (getDb) => {
  test.skipIf(server === null)("end as they should", { timeout: 120_000 }, async () => {
    const db = getDb();
    const wall = createSystemClock();
    const simnet = await startSimnet({ seed: 3, port: 0, clock: wall, history: 1, isManual: true });
    let mining: NodeJS.Timeout | undefined;
    try {
      await readSimnetChain(db, simnet, createManualClock(wall.nowMs()));
      // A chain that stands still is a finding of doctor's.
      mining = setInterval(() => simnet.advanceTo(wall.nowMs()), 500);
      const folder = scratchFolder("documents");
      const { rows } = await sql<{ name: string; wallet: string }>`SELECT current_database() AS name,
        (SELECT wallet_address FROM orderflow_trades LIMIT 1) AS wallet`.execute(db.kysely);
      const values = { wallet: rows[0]?.wallet ?? "", folder: "./backups/made", table: "volume" };
      const shown = found(/npx orderflow ([a-z][a-z-]+[^\n`|;#]*)/g);
      const isHere = (command: string): boolean =>
        !Object.keys(NOT_HERE).some((name) => `${command} `.startsWith(`${name} `));
      const once = new Set(shown.filter(isHere).map((command) => JSON.stringify(typed(command, values))));
      const json = [["score"], ["score", "explain"]].map((words) => [...words, values.wallet, "--json"]);
      const commands = [...[...once].map((args) => JSON.parse(args) as readonly string[]), ...json];
      expect(commands.length).toBeGreaterThan(20);
      const missing = Object.keys(NOT_HERE).filter(
        (name) => !shown.some((command) => `${command} `.startsWith(`${name} `)),
      );
      expect(missing).toEqual([]);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(import.meta.dirname, "../support/command-runner.ts"), JSON.stringify(commands)],
        {
          cwd: folder,
          maxBuffer: 1e8,
          env: {
            PATH: process.env.PATH,
            DATABASE_URL: databaseUrl(server ?? "", rows[0]?.name ?? ""),
            POLYGON_RPC_URL: simnet.rpcUrl,
            ...{ GAMMA_URL: simnet.gammaUrl, CLOB_URL: simnet.clobUrl, DATA_API_URL: simnet.dataUrl },
            ...{ CLOB_WS_URL: simnet.marketUrl, GEOBLOCK_URL: simnet.geoblockUrl },
          },
        },
      );
      const outcomes = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as CommandOutcome);
      expect(outcomes).toHaveLength(commands.length);
      const wrong = outcomes.filter(
        ({ args, code, said }) => code !== (ENDS_OTHERWISE[args[0] ?? ""] ?? 0) || said === "",
      );
      expect(wrong).toEqual([]);
      for (const { said } of outcomes.slice(-json.length)) expect(() => JSON.parse(said)).not.toThrow();
      console.log(`run: ${commands.map((args) => args.join(" ")).join("; ")}`);
      for (const [name, reason] of Object.entries(NOT_HERE)) console.log(`not run here: ${name}: ${reason}`);
    } finally {
      clearInterval(mining);
      await simnet.stop();
    }
  });
});
