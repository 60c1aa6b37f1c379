import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSignerClient } from "../../src/adapters/signer/signer-client.ts";

const cli = join(import.meta.dirname, "../../src/apps/cli.ts");
// A public test key: it never holds anything.
const KEY = `0x${"11".repeat(32)}`;
const WALLET = `0x${"22".repeat(20)}`;

type Child = { readonly process: ChildProcess; readonly ended: Promise<number | null>; output(): string };

/** Resolves when it signs. @throws with its output when it ends before that */
async function startSigner(folder: string): Promise<Child> {
  const child = spawn(process.execPath, [cli, "signer", "--settings", "signer.json"], {
    cwd: folder,
    env: { ...process.env, TRADING_KEY: KEY, LOG_FORMAT: "json" },
  });
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await new Promise<void>((isSigning, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes('"msg":"signing"')) isSigning();
      });
    }
    child.once("close", () => failed(new Error(output)));
  });
  return { process: child, ended, output: () => output };
}

test("`orderflow signer` dumps no core, comes back after a kill, and ends on Ctrl-C without a word of the key", async () => {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-signer-"));
  const settings = { key: { environment: "TRADING_KEY" }, wallet: WALLET, maxOrderUsd: "25", maxDayUsd: "50" };
  writeFileSync(join(folder, "signer.json"), JSON.stringify(settings));
  const children: Child[] = [];
  try {
    const first = await startSigner(folder);
    children.push(first);
    if (process.platform === "linux") {
      expect(readFileSync(`/proc/${first.process.pid}/limits`, "utf8")).toMatch(/^Max core file size\s+0 /m);
    }
    first.process.kill("SIGKILL");
    await first.ended;
    expect(existsSync(join(folder, "signer.sock"))).toBe(true);

    const second = await startSigner(folder);
    children.push(second);
    const signer = createSignerClient(join(folder, "signer.sock"));
    expect((await signer.identity(AbortSignal.timeout(5_000))).wallet).toBe(WALLET);
    second.process.kill("SIGINT");
    expect(await second.ended).toBe(0);
    for (const { output } of children) expect(output()).not.toContain(KEY.slice(2, 34));
  } finally {
    for (const child of children) child.process.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
