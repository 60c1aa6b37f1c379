import { wallNowMs } from "./clock.ts";

/** A terminal and npm both pass on one Ctrl-C, so two signals this close together are one request. */
const SAME_REQUEST_MS = 500;

export type Shutdown = {
  /** Aborts on the first SIGINT or SIGTERM, or when `request` is called. */
  readonly signal: AbortSignal;
  request(): void;
  /** Stops listening for signals. */
  dispose(): void;
};

export type ShutdownOptions = {
  /** Called once, before `signal` aborts. */
  onRequest?(cause: NodeJS.Signals | "request"): void;
  /** A second Ctrl-C: the person does not want to wait. */
  onForce(): void;
};

export function createShutdown({ onRequest, onForce }: ShutdownOptions): Shutdown {
  const controller = new AbortController();
  let requestedAt = 0;

  const request = (cause: NodeJS.Signals | "request"): void => {
    if (controller.signal.aborted) return;
    requestedAt = wallNowMs();
    onRequest?.(cause);
    controller.abort();
  };
  const onSignal = (cause: NodeJS.Signals): void => {
    if (!controller.signal.aborted) request(cause);
    else if (wallNowMs() - requestedAt > SAME_REQUEST_MS) onForce();
  };

  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    request: () => request("request"),
    dispose: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
