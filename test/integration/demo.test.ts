import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// A short look only: that it runs without a terminal, reads, marks what it shows, and ends by itself.
// What it finds within a minute is measured by `npm run bench:demo`.

const cli = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));

test("the demo runs without a terminal, marks every line, and ends with its summary", {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-demo-"));
  const report = join(folder, "report.json");
  try {
    const args = [cli, "demo", "--seconds", "25", "--data", join(folder, "data"), "--report", report];
    const out = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, args, { env: { PATH: process.env.PATH ?? "" } }, (error, text, err) => {
        if (error === null) resolve(text);
        else reject(new Error(`${error.message}\n${err}`));
      });
    });
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
