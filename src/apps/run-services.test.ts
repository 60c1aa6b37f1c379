import { expect, test } from "vitest";
import { createManualClock } from "../../test/support/manual-clock.ts";
import { AbortedError } from "../core/errors.ts";
import type { Logger } from "../ports/logger.ts";
import type { Service } from "../ports/service.ts";
import { runServices, ServiceFailure } from "./run-services.ts";

const ignore = (): void => {};
const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => logger };

const untilAbort = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

const service = (name: string, run: Service["run"]): Service => ({
  name,
  run,
  health: () => ({ ready: true, detail: "" }),
});

test("ends without an error when all services stop on request, also those that unwind with AbortedError", async () => {
  const controller = new AbortController();
  const services = [
    service("a", untilAbort),
    service("b", async (signal) => {
      await untilAbort(signal);
      throw new AbortedError();
    }),
  ];
  const run = runServices(services, { signal: controller.signal, logger, clock: createManualClock() });
  controller.abort();
  await expect(run).resolves.toBeUndefined();
});

test("when one service dies the others are stopped first, then its failure is reported", async () => {
  const stopped: string[] = [];
  const services = [
    service("survivor", async (signal) => {
      await untilAbort(signal);
      stopped.push("survivor");
    }),
    service("victim", () => Promise.reject(new Error("disk full"))),
  ];
  const run = runServices(services, { signal: new AbortController().signal, logger, clock: createManualClock() });
  await expect(run).rejects.toThrow("victim died: disk full");
  expect(stopped).toEqual(["survivor"]);
});

test("a service that ends by itself counts as dead", async () => {
  const run = runServices([service("quitter", () => Promise.resolve())], {
    signal: new AbortController().signal,
    logger,
    clock: createManualClock(),
  });
  await expect(run).rejects.toThrow(ServiceFailure);
});

test("a service that does not stop is named after the deadline, and waited for no longer", async () => {
  const clock = createManualClock();
  const controller = new AbortController();
  const run = runServices([service("deaf", () => new Promise(() => {}))], { signal: controller.signal, logger, clock });
  const outcome = expect(run).rejects.toThrow("deaf did not stop within 10 s");
  controller.abort();
  await clock.untilSleeping();
  await clock.advance(10_000);
  await outcome;
});
