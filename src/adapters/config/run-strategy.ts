import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { StrategyAnswer } from "./strategy-worker.ts";

/**
 * The default export of a TypeScript file, run in a thread of its own: each time anew, and ended where it takes longer
 * than `limitMs`, be it in a loop or waiting for something.
 */
export async function runStrategy(path: string, limitMs: number): Promise<StrategyAnswer> {
  const worker = new Worker(new URL("strategy-worker.ts", import.meta.url), { workerData: pathToFileURL(path).href });
  const told = Promise.withResolvers<StrategyAnswer>();
  const fail = (reason: string): void => told.resolve({ kind: "failed", reason });
  worker.once("message", told.resolve);
  worker.once("messageerror", (error) => fail(error.message));
  worker.once("error", (error) => fail(error instanceof Error ? error.message : String(error)));
  // Also where it waits for something that can never come: Node ends such a thread.
  worker.once("exit", () => fail("ended before it had exported anything"));
  const timer = setTimeout(
    () => fail(`exported nothing within ${limitMs / 1_000} s: remove what it waits for`),
    limitMs,
  );
  try {
    return await told.promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
