import { AbortedError, TransientError } from "../../core/errors.ts";

const TIMEOUT_MS = 10_000;

/** A GET whose answer does not matter, as healthchecks.io and its like want it. The address never gets into an error. */
export const createPing =
  (url: { reveal(): string }) =>
  async (signal: AbortSignal): Promise<void> => {
    const limits = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url.reveal(), { signal: limits }).catch(() => null);
    if (signal.aborted) throw new AbortedError();
    if (response === null) throw new TransientError("PING_UNREACHABLE", "HEALTHCHECK_PING_URL cannot be reached");
    await response.body?.cancel();
    if (!response.ok) throw new TransientError("PING_REFUSED", `HEALTHCHECK_PING_URL answers ${response.status}`);
  };
