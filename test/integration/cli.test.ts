import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { putTemplate } from "../support/pglite-template.ts";
import { runCommands } from "../support/run-commands.ts";

/** Each run starts a process. */
const SLOW_MS = 180_000;
const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));

const NOBODY: unknown = expect.stringContaining("no fill of");

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orderflow-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program in a folder of its own, with nothing of the caller's environment but PATH. */
function orderflow(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", ...environment }, timeout: SLOW_MS };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

describe("a start that cannot succeed", { timeout: SLOW_MS }, () => {
  test("lists every problem of the configuration and exits 2, without a stack trace", async () => {
    writeFileSync(join(folder, ".env"), "MAX_OPEN_POSITION=2\nSIZING=huge\n");
    const { code, err } = await orderflow(["up"], { KELLY_FRACTION: "9" });
    expect(code).toBe(2);
    expect(err).toContain("did you mean MAX_OPEN_POSITIONS?");
    expect(err).toContain("SIZING must be one of classic, calibrated");
    expect(err).toContain("KELLY_FRACTION must be a number from 0 to 1");
    expect(err).not.toContain("    at ");
  });

  test.each(["listener", "reputation", "executor"])(
    "%s alone says that it needs a server, and how",
    async (service) => {
      const { code, err } = await orderflow([service]);
      expect(code).toBe(2);
      expect(err).toContain("DATABASE_URL=postgresql://user:password@host:5432/name,");
      expect(err).toContain("orderflow up");
    },
  );

  test("lists every problem of a strategy file in the current folder, and exits 2", async () => {
    writeFileSync(
      join(folder, "orderflow.config.ts"),
      'export default { base: { exit: "sell" as string, walletDayUSD: 3 } };',
    );
    const { code, err } = await orderflow(["up"], { POLYGON_RPC_URL: "http://127.0.0.1:9" });
    expect(code).toBe(2);
    expect(err).toContain('base.exit must be "mirror" or "hold"');
    expect(err).toContain("base.walletDayUSD is not a known name; did you mean walletDayUsd?");
    expect(err).not.toContain("    at ");
  });

  test("without an endpoint that answers, up names the variable and the demo, and exits 2", async () => {
    await putTemplate(join(folder, "data"), "migrated");
    const { code, err } = await orderflow(["up"], { POLYGON_RPC_URL: "http://127.0.0.1:9", DASHBOARD_PORT: "0" });
    expect(code).toBe(2);
    expect(err).toContain("POLYGON_RPC_URL");
    expect(err).toContain("npm run demo");
  });

  test("a wrong command line exits 2", async () => {
    expect((await orderflow(["fly"])).code).toBe(2);
    // What it has loaded is compiled for the next one.
    expect(readdirSync(join(import.meta.dirname, "../../node_modules/.cache/orderflow/compiled"))).not.toEqual([]);
  });
});

describe("reading commands", { timeout: SLOW_MS }, () => {
  test("migrate makes a database on which status answers and score knows no wallet; looking makes none", async () => {
    const nothing = await orderflow(["status"]);
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("there is no database in ./data")]);
    for (const each of await runCommands(folder, [["verify"], ["recompute"], ["reconcile"]]))
      expect([each.code, each.said]).toEqual([2, expect.stringContaining("there is no database in ./data")]);
    expect(readdirSync(folder)).toEqual([]);
    await putTemplate(join(folder, "data"), "blank");
    const migrated = await orderflow(["migrate"]);
    expect([migrated.code, migrated.out]).toEqual([0, "The database (pglite) has this version's tables.\n"]);
    expect(migrated.err).toContain('"msg":"migrated"');
    const wallet = `0x${"ab".repeat(20)}`;
    const lists = [["status"], ["score", wallet], ["score", "explain", wallet, "--json"]];
    const [status, score, explained] = await runCommands(folder, lists);
    expect(status?.code).toBe(0);
    expect(status?.said).toMatch(/block \(finalized\) +none yet/);
    expect(status?.said).toContain("Paper positions: 0 open, 0 closed");
    for (const each of [score, explained]) expect([each?.code, each?.said]).toEqual([2, NOBODY]);
  });
});
