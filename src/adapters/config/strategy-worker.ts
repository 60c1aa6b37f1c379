/** Runs a strategy file where it can hang nobody, and says what it exports. */
import { parentPort, workerData } from "node:worker_threads";

export type StrategyAnswer =
  | { readonly kind: "exported"; readonly value: unknown }
  /** There is no default export. */
  | { readonly kind: "nothing" }
  | { readonly kind: "failed"; readonly reason: string };

const answer = (message: StrategyAnswer): void => parentPort?.postMessage(message);

try {
  const module: { readonly default?: unknown } = await import(workerData as string);
  answer(module.default === undefined ? { kind: "nothing" } : { kind: "exported", value: module.default });
} catch (error) {
  answer({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
}
