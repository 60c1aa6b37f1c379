import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type LogServer = {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  ask<T>(method: string, params?: readonly unknown[]): Promise<T>;
  stop(): Promise<void>;
};

/** @param options of the log server's command line */
export async function startLogServer(options: Readonly<Record<string, number>>): Promise<LogServer> {
  const file = fileURLToPath(new URL("log-server.ts", import.meta.url));
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let isWanted = true;
  child.once("exit", (code, signal) => {
    if (isWanted) throw new Error(`the log server ended (${code ?? signal}): nothing that follows would mean anything`);
  });
  const port = await portOf(child);
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    pid: child.pid ?? 0,
    async ask<T>(method: string, params: readonly unknown[] = []) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const response = await fetch(url, { method: "POST", body });
      const answer = (await response.json()) as { result?: T; error?: { message: string } };
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
      return answer.result as T;
    },
    stop() {
      isWanted = false;
      return ended(child);
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("the log server has no output");
  for await (const line of createInterface(child.stdout)) {
    const [word, port] = line.split(" ");
    if (word === "port") return Number(port);
  }
  throw new Error("the log server ended before it was ready");
}

/** Asks a child to end, and waits until it has. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(hard);
}
