import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../src/apps/cli.ts", import.meta.url));

export type DemoProcess = {
  /** Of its dashboard. */
  readonly url: string;
  readonly port: number;
  /** What the API answers to a question. */
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
};

/** The real demo in a process of its own; ready when its dashboard listens, which is long before there is anything to see. */
export async function startDemoProcess(speed: number): Promise<DemoProcess> {
  const folder = mkdtempSync(join(tmpdir(), "orderflow-browser-"));
  const child = spawn(process.execPath, [cli, "demo", "--keep", "--speed", `${speed}`, "--data", folder], {
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await dashboardUrl(child);
    return {
      url,
      port: Number(new URL(url).port),
      async ask<T>(path: string) {
        const answer = await fetch(`${url}/api/v1${path}`);
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as T;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function dashboardUrl(child: ChildProcess): Promise<string> {
  let said = "";
  return new Promise((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString();
      const [, url] = /dashboard\s.*url=(http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said.slice(-2000)}`)));
  });
}
