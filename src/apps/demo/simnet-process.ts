import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AbortedError } from "../../core/errors.ts";
import type { EpochMs } from "../../core/time/time.ts";

export type SimnetAddresses = {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly gammaUrl: string;
  readonly clobUrl: string;
  readonly marketUrl: string;
  /** `GET` of it answers with the planted truth about every wallet. */
  readonly walletsUrl: string;
};

export type SimnetArguments = { readonly seed: number; readonly speed: number; readonly startedAt: EpochMs };

export type SimnetMessage =
  | { readonly kind: "ready"; readonly addresses: SimnetAddresses; readonly firstBlock: number }
  | { readonly kind: "failed"; readonly reason: string };

export type SimnetProcess = {
  readonly addresses: SimnetAddresses;
  /** Where its history begins. */
  readonly firstBlock: number;
  /** Aborts when the process ended without being asked to. */
  readonly died: AbortSignal;
  stop(): Promise<void>;
};

/** simnet gets a process of its own, as a real node would: its work must not delay the program it is tested with. */
export function startSimnetProcess(args: SimnetArguments, signal: AbortSignal): Promise<SimnetProcess> {
  const file = fileURLToPath(new URL("simnet-host.ts", import.meta.url));
  const child = fork(file, [JSON.stringify(args)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const died = new AbortController();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void exited.then(() => died.abort());

  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const kill = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await exited;
    clearTimeout(kill);
  };
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      child.kill("SIGKILL");
      reject(new AbortedError());
    };
    signal.addEventListener("abort", abort, { once: true });
    child.once("message", () => signal.removeEventListener("abort", abort));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`simnet ended before it was ready (exit code ${code})`)));
    child.once("message", (message: SimnetMessage) => {
      if (message.kind === "ready") resolve({ ...message, died: died.signal, stop });
      else reject(new Error(`simnet did not start: ${message.reason}`));
    });
  });
}
