/** Asks the service of this container whether it is ready: exit code 0 or 1. Its own answer, not the existence of a process. */
const port = process.env.METRICS_PORT ?? "9464";
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
