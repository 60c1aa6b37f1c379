import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { runCommands } from "../support/run-commands.ts";

// The program as a user starts it, against simnet in place of Polygon and the venue: what it says, and how it ends.

const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
const SLOW_MS = 240_000;

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };
type Run = {
  readonly child: ChildProcess;
  readonly output: Interface;
  readonly lines: Line[];
  readonly ended: Promise<number | null>;
  readonly err: () => string;
};

let folder = "";
let simnet: Simnet;
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-up-"));
  simnet = await startSimnet({ seed: 11, port: 0, clock: createSystemClock(), history: 2 });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await simnet.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Run {
  const env = {
    PATH: process.env.PATH ?? "",
    POLYGON_RPC_URL: `${simnet.rpcUrl},${simnet.wsUrl}`,
    GAMMA_URL: simnet.gammaUrl,
    CLOB_URL: simnet.clobUrl,
    CLOB_WS_URL: simnet.marketUrl,
    DATA_API_URL: simnet.dataUrl,
    DASHBOARD_PORT: "0",
    METRICS_PORT: "0",
  };
  const child = spawn(process.execPath, [cli, "up"], { cwd: folder, env });
  children.push(child);
  const lines: Line[] = [];
  let err = "";
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => lines.push(JSON.parse(line) as Line));
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, output, lines, ended, err: () => err };
}

/** Resolves with the line; fails with what was said instead when the program ends before. */
function said(run: Run, message: string): Promise<Line> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const line = run.lines.find(({ msg }) => msg === message);
      if (line !== undefined) resolve(line);
    };
    run.output.on("line", look);
    look();
    void run.ended.then(() => {
      look();
      reject(new Error(`ended without "${message}": ${run.err()} ${JSON.stringify(run.lines.at(-1))}`));
    });
  });
}

async function stop(run: Run): Promise<number | null> {
  run.child.kill("SIGINT");
  return run.ended;
}

/** What commands say with `--json` beside `up`; of one that fails its error. */
async function commands(...lists: readonly (readonly string[])[]): Promise<readonly unknown[]> {
  const asked = lists.map((args) => [...args, "--json"]);
  return (await runCommands(folder, asked)).map(({ said }) => (/^[[{]/.test(said) ? JSON.parse(said) : said));
}

test("all faults are told at once, before anything is made", { timeout: SLOW_MS }, async () => {
  const own = mkdtempSync(join(folder, "faulty-"));
  writeFileSync(join(own, "orderflow.config.json"), '{ "base": { "minPrise": 0.1 }, "dayUsd": -1 }');
  const env = { PATH: process.env.PATH ?? "", CAPITAL_USD: "many" };
  const [code, err] = await new Promise<readonly [unknown, string]>((resolve) => {
    execFile(process.execPath, [cli, "up"], { cwd: own, env }, (error, _, text) => resolve([error?.code, text]));
  });
  expect(code).toBe(2);
  expect(err).toMatch(/CAPITAL_USD must be .*\n.*dayUsd must be .*\n.*base\.minPrise is not a known name/);
  expect(readdirSync(own)).toEqual(["orderflow.config.json"]);
});

describe("orderflow up", { timeout: SLOW_MS }, () => {
  test("follows the chain, answers /healthz, stops on Ctrl-C with 0, and goes on where it was", async () => {
    const first = start();
    const { url } = await said(first, "dashboard");
    const { block } = await said(first, "following");
    const health = (await (await fetch(`${url}/healthz`)).json()) as { services: { name: string }[] };
    expect(health.services.map(({ name }) => name)).toEqual([
      "listener",
      "retention",
      "reputation",
      "executor",
      "bootstrap",
      "live feed",
    ]);
    const metrics = await said(first, "metrics");
    const figures = await (await fetch(String(metrics.url))).text();
    expect(figures).toMatch(/^orderflow_fills_total [1-9]/m);
    expect(figures).toMatch(/^orderflow_service_ready\{service="listener"\} 1$/m);
    expect(figures).toMatch(/^orderflow_queue_depth\{queue="commands"\} 0$/m);
    expect(await stop(first)).toBe(0);
    expect(first.err()).toBe("");
    expect(first.lines.at(-1)?.msg).toBe("stopped");

    const second = start();
    const { fromBlock } = await said(second, "listening");
    expect(fromBlock).toBeGreaterThan(Number(block));
    expect(await stop(second)).toBe(0);
  });

  test("a second one on the same folder is refused in a sentence", async () => {
    const first = start();
    await said(first, "following");
    const second = start();
    expect(await second.ended).toBe(2);
    expect(second.err()).toMatch(/^orderflow cannot start: DATA_DIR: .* is in use by process \d+/);

    // Commands go through the process that holds the folder, and are refused once it is gone.
    await said(first, "trading");
    const [paused, ...rest] = await commands(
      ...[["pause"], ["close", "P-1"], ["tail", "--once", "-n", "1"], ["top", "--sort", "volume"]],
      ...[["wallet", "0x0000000000"], ["status"]],
    );
    expect(paused).toMatchObject({ outcome: "done", executor: { isRunning: true, tradingState: "REDUCING" } });
    await said(first, "trading state changed");
    expect(rest).toMatchObject([
      { outcome: "refused", detail: expect.stringContaining("no position P-1") },
      { price: expect.any(String), market_id: expect.any(String) },
      expect.any(Array),
      expect.stringContaining("no fill of a wallet that begins with"),
      { executor: { tradingState: "REDUCING" } },
    ]);
    expect(await stop(first)).toBe(0);
    expect(await commands(["resume"])).toMatchObject([
      { outcome: "refused", detail: expect.stringMatching(/no executor is running .*20\d\d/) },
    ]);
  });
});
