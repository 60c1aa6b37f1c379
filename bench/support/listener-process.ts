import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { HostMessage } from "./listener-host.ts";
import { ended, type LogServer } from "./log-server-process.ts";

export type ListenerProcess = {
  /** Processor time that it took. */
  readonly cpuSeconds: number;
  /** @returns its largest resident memory so far, in megabytes */
  stop(): Promise<{ readonly peakRssMb: number }>;
};

/** Starts our listener on the server's chain, and waits until it has covered all of it. */
export async function startListener(node: LogServer, databaseUrl: string): Promise<ListenerProcess> {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl,
    POLYGON_RPC_URL: node.url,
    GAMMA_URL: node.url,
    LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
  };
  const file = fileURLToPath(new URL("listener-host.ts", import.meta.url));
  const child = fork(file, { env, execArgv: (process.env.BENCH_NODE_ARGS ?? "").split(" ").filter(Boolean) });
  child.once("exit", (code) => {
    if (code !== 0) process.exitCode = 1;
  });
  const { cpuSeconds } = await untilTold(child, "covered");
  return {
    cpuSeconds,
    async stop() {
      const stopped = untilTold(child, "stopped");
      child.kill("SIGTERM");
      const { peakRssMb } = await stopped;
      await ended(child);
      return { peakRssMb };
    },
  };
}

async function untilTold<Kind extends HostMessage["kind"]>(
  child: ReturnType<typeof fork>,
  kind: Kind,
): Promise<Extract<HostMessage, { kind: Kind }>> {
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`the listener ended (exit code ${code}) before it was ${kind}`);
  });
  gone.catch(() => {});
  for (;;) {
    const [message] = (await Promise.race([once(child, "message"), gone])) as [HostMessage];
    if (message.kind === kind) return message as Extract<HostMessage, { kind: Kind }>;
  }
}
