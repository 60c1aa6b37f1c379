import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";

export type PostgresServer = { readonly url: string; readonly version: string; stop(): Promise<void> };

const DEBIAN = "/usr/lib/postgresql";
const START_MS = 30_000;

/** The folder that holds `postgres` and `initdb`: the newest under Debian's, or the one on PATH; null without any. */
export function findPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((dir) => existsSync(join(dir, "postgres")) && existsSync(join(dir, "initdb"))) ?? null;
}

/** PostgreSQL refuses to run as root, so there it runs as an account that owns nothing else. */
export function account(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("running as root and neither of the accounts postgres and nobody exists to run PostgreSQL as");
}

/** Where the tool exists, the server is told to stop when we are killed and cannot tell it. */
export const dyingWithParent = (): string[] =>
  existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "INT", "--"] : [];

/** For data that nobody will miss: no promise of durability is kept. */
const CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100"];

/**
 * A throw-away server on a unix socket inside a new temporary folder.
 * @param settings `name=value` of its configuration
 * @param kept folder of its data, which is made where there is none and stays when the server stops
 * @returns null where no binaries are found
 */
export async function startPostgres(
  settings: readonly string[] = CARELESS,
  kept?: string,
): Promise<PostgresServer | null> {
  const bin = findPostgres();
  if (bin === null) return null;
  // A socket's path may have about 100 characters.
  const base = tmpdir().length > 60 ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(base, "orderflow-pg-"));
  const user = account();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = kept ?? join(folder, "data");
  const as = { ...user, cwd: folder, env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" } };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const initdb = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    if (kept !== undefined) makeOwned(kept, user);
    if (!existsSync(join(data, "PG_VERSION"))) execFileSync(join(bin, "initdb"), initdb, { ...as, stdio: "pipe" });
    const version =
      execFileSync(join(bin, "postgres"), ["--version"], as).toString().replace(/^\D*/, "").split(" ")[0] ?? "";
    const [command = "", ...args] = [
      ...dyingWithParent(),
      ...[join(bin, "postgres"), "-D", data, "-k", folder, "-h", ""],
      ...settings.flatMap((setting) => ["-c", setting]),
    ];
    const child = spawn(command, args, { ...as, stdio: ["ignore", "ignore", "pipe"] });
    const url = `postgresql:///postgres?host=${encodeURIComponent(folder)}&user=postgres`;
    await untilReady(child, url);
    return { url, version: version.trim(), stop: () => stop(child).finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

function makeOwned(folder: string, user: { uid: number; gid: number } | null): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== null) chownSync(folder, user.uid, user.gid);
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  let log = "";
  child.stderr?.on("data", (piece: Buffer) => {
    log = (log + piece.toString()).slice(-4_000);
  });
  const giveUpAt = Date.now() + START_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended while starting:\n${log}`);
    if (Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start within ${START_MS / 1000} s:\n${log}`);
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGINT");
  const hard = setTimeout(() => child.kill("SIGQUIT"), 10_000);
  await ended;
  clearTimeout(hard);
}
