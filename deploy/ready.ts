/**
 * Asks the service of this container whether it is ready: exit code 0 or 1. Its own answer, not the existence of a process.
 * Run: node deploy/ready.ts [socket], the socket of a signer
 */
import { request } from "node:http";

const [socketPath] = process.argv.slice(2);
const target =
  socketPath === undefined
    ? { host: "127.0.0.1", port: process.env.METRICS_PORT ?? "9464", path: "/readyz" }
    : { socketPath, path: "/identity" };
process.exitCode = await new Promise<number>((resolve) => {
  request({ ...target, signal: AbortSignal.timeout(4_000) }, ({ statusCode }) => resolve(statusCode === 200 ? 0 : 1))
    .once("error", () => resolve(1))
    .end();
});
process.exit();
