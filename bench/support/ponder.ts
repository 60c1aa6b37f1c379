import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { ended, type LogServer } from "./log-server-process.ts";
import { FIRST_BLOCK } from "./v2-logs.ts";

const FOLDER = fileURLToPath(new URL("../ponder", import.meta.url));
const PROGRAM = `${FOLDER}/node_modules/ponder/dist/esm/bin/ponder.js`;
export const PONDER_SCHEMA = "ponder_fills";
/** Names of the one node, so that Ponder's limit of requests per endpoint is not what is measured. */
const NAMES = 8;
const READY_POLL_MS = 50;

/** Ponder is no dependency of the project: it is installed beside the benchmark when that is first run. */
export function installPonder(): void {
  if (existsSync(PROGRAM)) return;
  console.log("installing Ponder into bench/ponder");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "inherit" });
  if (status !== 0) throw new Error("npm ci in bench/ponder failed");
}

/** Runs Ponder over the server's chain until it says that all history is indexed, then ends it. */
export async function runPonder(node: LogServer, databaseUrl: string, blocks: number): Promise<void> {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: "production",
    // Its database library warns of what it does itself.
    NODE_OPTIONS: "--no-deprecation",
    DATABASE_URL: databaseUrl,
    PONDER_TELEMETRY_DISABLED: "true",
    BENCH_RPC_URLS: Array.from({ length: NAMES }, (_, index) => `${node.url}/${index}`).join(","),
    BENCH_FROM_BLOCK: `${FIRST_BLOCK}`,
    BENCH_TO_BLOCK: `${FIRST_BLOCK + blocks - 1}`,
  };
  const args = [PROGRAM, "start", "--schema", PONDER_SCHEMA, "--port", `${port}`, "--log-level", "error"];
  const child = spawn(process.execPath, args, { cwd: FOLDER, env, stdio: ["ignore", "inherit", "inherit"] });
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`Ponder ended with exit code ${code}`);
  });
  try {
    await Promise.race([untilReady(`http://127.0.0.1:${port}/ready`), gone]);
  } finally {
    gone.catch(() => {});
    await ended(child);
  }
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
