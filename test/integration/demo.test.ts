import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// A short look only: that it runs without a terminal, reads, marks what it shows, and ends well when all its processes
// are asked to at once, as a terminal's Ctrl-C and a supervisor's stop do.
// What it finds within a minute, and that it ends by itself, is measured by `npm run bench:demo`.

const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));

/** Runs it until it says that fills were read, and stops its group of processes then. */
function untilFillsAreRead(args: readonly string[]): Promise<{ readonly out: string; readonly code: number | null }> {
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? "" }, detached: true });
  let out = "";
  let isStopped = false;
  child.stderr.on("data", (piece: Buffer) => {
    out += piece.toString();
  });
  child.stdout.on("data", (piece: Buffer) => {
    out += piece.toString();
    if (isStopped || !/^SIMULATED [1-9][\d,]* fills/m.test(out)) return;
    isStopped = true;
    process.kill(-(child.pid ?? 0), "SIGTERM");
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ out, code })));
}

test("the demo runs without a terminal, marks every line, and ends with its summary", {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-demo-"));
  const report = join(folder, "report.json");
  try {
    const args = [cli, "demo", "--keep", "--data", join(folder, "data"), "--report", report];
    const { out, code } = await untilFillsAreRead(args);
    expect(code).toBe(0);
    const logs = out.split("\n").filter((line) => /^\d\d:\d\d:\d\d /.test(line));
    expect(logs.length).toBeGreaterThan(3);
    expect(logs.filter((line) => !line.includes(" SIMULATED "))).toEqual([]);
    expect(out).toContain("SIMULATED · summary after");
    expect(out).toContain("no return is promised");
    const figures = JSON.parse(readFileSync(report, "utf8"));
    expect(figures).toMatchObject({ simulated: true, plantedWallets: 400 });
    expect(Number(figures.fills)).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
