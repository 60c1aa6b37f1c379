import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const MEMORY_MB = { listener: 512, reputation: 256, executor: 256 } as const;
export type ServiceName = keyof typeof MEMORY_MB;
export const SERVICES = Object.keys(MEMORY_MB) as readonly ServiceName[];

/** Half of the limit, as Node itself gives its heap in a container of that size. */
const heapOption = (service: ServiceName): string => `--max-old-space-size=${MEMORY_MB[service] / 2}`;
/** What a container engine waits before it starts again what has ended. */
const RESTART_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 200;

/** Megabytes now and at most so far; seconds of processor time that the process has taken. */
export type Usage = { readonly rss: number; readonly peak: number; readonly cpu: number };

export type Supervised = {
  readonly name: ServiceName;
  /** Milliseconds from each kill until the service said that it was ready again. */
  readonly recoveries: readonly number[];
  /** Ends that nobody asked for. */
  readonly ends: readonly string[];
  /** Times that an earlier version ended because of the tables. */
  refusals(): number;
  /** Null while nothing runs. */
  usage(): Usage | null;
  /** What it says of itself at `/metrics`; null while it says nothing. */
  gauge(name: string): Promise<number | null>;
  isReady(): Promise<boolean>;
  /** SIGKILL; starts again by itself. @returns when it is ready again */
  kill(): Promise<void>;
  /** Ends it as a deployment does and starts this version. @returns when that is ready */
  upgrade(): Promise<void>;
  stop(): Promise<void>;
};

export type ServiceOptions = {
  readonly name: ServiceName;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the version to begin with; an earlier one may refuse tables that it does not know. */
  readonly cli?: string;
};

/** The command line of this version. */
export const CLI = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));

/** Keeps `orderflow <name>` running, as a container engine does. What it logs is in `<name>.log` of the folder. */
export function superviseService({ name, folder, environment, cli = CLI }: ServiceOptions): Supervised {
  const log = createWriteStream(join(folder, `${name}.log`));
  const recoveries: number[] = [];
  const ends: string[] = [];
  let child: ChildProcess;
  let metricsUrl: string | null = null;
  let isStopping = false;
  let isKilled = false;
  let refusals = 0;
  let version = cli;

  function start(): void {
    metricsUrl = null;
    isKilled = false;
    child = spawn(process.execPath, [heapOption(name), version, name], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", METRICS_PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr?.pipe(log, { end: false });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", hear);
    child.once("exit", (code, signal) => {
      if (isStopping) return;
      // Its tables are another version's: nothing else is expected of it.
      if (code !== null && version !== CLI) refusals += 1;
      else if (!isKilled) ends.push(`${signal ?? code}`);
      setTimeout(start, RESTART_AFTER_MS);
    });
  }
  function hear(line: string): void {
    log.write(`${line}\n`);
    const url = /"url":"(http[^"]+)\/metrics"/.exec(line)?.[1];
    if (url !== undefined) metricsUrl = url;
  }
  async function ask(path: string): Promise<string | null> {
    if (metricsUrl === null) return null;
    return fetch(`${metricsUrl}/${path}`, { signal: AbortSignal.timeout(4_000) }).then(
      async (response) => (response.ok ? await response.text() : null),
      () => null,
    );
  }
  const isReady = async (): Promise<boolean> => (await ask("readyz")) !== null;

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const endedAt = performance.now();
    isKilled = true;
    metricsUrl = null;
    child.kill(signal);
    while (!isStopping && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (!isStopping) recoveries.push(performance.now() - endedAt);
  }

  start();
  return {
    ...{ name, recoveries, ends, isReady },
    refusals: () => refusals,
    async gauge(gauge) {
      const value = new RegExp(`^${gauge} (\\d+)`, "m").exec((await ask("metrics")) ?? "")?.[1];
      return value === undefined ? null : Number(value);
    },
    usage: () => (child.pid === undefined || child.exitCode !== null ? null : usageOf(child.pid)),
    kill: () => end("SIGKILL"),
    upgrade() {
      version = CLI;
      return end("SIGTERM");
    },
    async stop() {
      isStopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Ticks of /proc on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;
const [USER_TICKS, SYSTEM_TICKS] = [11, 12];

/** Null where the process has gone. */
function usageOf(pid: number): Usage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const megabytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) / 1024;
    // Behind the name in brackets, which may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const ticks = Number(stat[USER_TICKS]) + Number(stat[SYSTEM_TICKS]);
    const usage = { rss: megabytes("VmRSS"), peak: megabytes("VmHWM"), cpu: ticks / TICKS_A_SECOND };
    return Number.isNaN(usage.rss) ? null : usage;
  } catch {
    return null;
  }
}
