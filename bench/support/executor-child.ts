import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { ExecutorHostMessage } from "./executor-host.ts";

/** The executor in a process of its own; `orders` fills as it decides. */
export function startExecutor(databaseUrl: string) {
  const env = {
    ...{ PATH: process.env.PATH, DATABASE_URL: databaseUrl, LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" },
    ...{ CAPITAL_USD: "10000000", MAX_OPEN_POSITIONS: "10000" },
  };
  const file = fileURLToPath(new URL("executor-process.ts", import.meta.url));
  const child = fork(file, { env, execArgv: (process.env.BENCH_NODE_ARGS ?? "").split(" ").filter(Boolean) });
  const orders: { readonly signalId: string; readonly at: number }[] = [];
  const told = new Map<ExecutorHostMessage["kind"], PromiseWithResolvers<ExecutorHostMessage>>();
  const onTold = (kind: ExecutorHostMessage["kind"]): PromiseWithResolvers<ExecutorHostMessage> => {
    const known = told.get(kind) ?? Promise.withResolvers<ExecutorHostMessage>();
    told.set(kind, known);
    return known;
  };
  child.on("message", (message: ExecutorHostMessage) => {
    if (message.kind === "order") orders.push({ signalId: message.signalId ?? "", at: message.at });
    else onTold(message.kind).resolve(message);
  });
  child.once("exit", (code) => {
    for (const kind of ["trading", "stopped"] as const)
      onTold(kind).reject(new Error(`the executor ended with ${code}`));
  });
  return {
    orders,
    trading: onTold("trading").promise,
    async stop(): Promise<number> {
      child.kill("SIGTERM");
      const stopped = await onTold("stopped").promise;
      if (child.exitCode === null) await once(child, "exit");
      return stopped.kind === "stopped" ? stopped.peakRssMb : Number.NaN;
    },
  };
}

/** @returns the block of each signal */
export async function blocksOfSignals(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database.kysely.selectFrom("flow.signal").select(["id", "trigger_block"]).execute();
  return new Map(rows.map(({ id, trigger_block }) => [id, trigger_block]));
}
