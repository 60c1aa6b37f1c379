// Goal: every image starts from its own files, as its container would: another user, a root that cannot be written to, its own rights
// in the database, its health asked by the health check's command, under its memory limit. Method: the pages are built and the images laid
// out of what a builder is given, beside simnet and a PostgreSQL; where the
// tests run as root on Linux, mounts of the process's own make everything but /data read-only.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { packagesOf } from "../../deploy/lay-out-image.ts";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { databaseUrl, describeOnOneEngine } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { canCage, execute, heard, inContainer, layOutContext, layOutImage, peakMegabytes } from "../support/image.ts";
import { migratedTemplate } from "../support/pglite-template.ts";
import { account } from "../support/postgres-server.ts";

const root = join(import.meta.dirname, "../..");
const SERVICES = [
  { name: "listener", limitMb: 512 },
  { name: "reputation", limitMb: 256 },
  { name: "executor", limitMb: 256 },
  { name: "dashboard", limitMb: 256 },
] as const;
const READY_WITHIN_MS = 100_000;
const ALL_IN_ONE_MB = 1_024;
/** Nobody's: 32 times the same byte. */
const KEY = `0x${"11".repeat(32)}`;
const WALLET = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a";

describe("an image", { timeout: 120_000 }, () => {
  let folder = "";
  let context = "";
  let simnet: Simnet;
  const images = new Map<string, string>();
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "orderflow-image-"));
    chmodSync(folder, 0o755);
    simnet = await startSimnet({ seed: 5, port: 0, clock: createSystemClock(), history: 0.25 });
    context = layOutContext(folder);
    await execute(process.execPath, ["web/build.ts", "--force"], { cwd: context });
  }, 120_000);
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });
  afterAll(async () => {
    await simnet.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Images of the same packages have the same files, but for the pages. */
  function imageOf(target: string): string {
    const same = `${packagesOf(root, target).join()}${["dashboard", "all-in-one"].includes(target)}`;
    const image = images.get(same) ?? layOutImage(context, target, folder);
    images.set(same, image);
    return image;
  }

  function start(target: string, args: readonly string[], environment: Record<string, string>): ChildProcess {
    const [command, ...rest] = inContainer(imageOf(target), join(folder, `${target}-data`), [
      "src/apps/cli.ts",
      ...args,
    ]);
    const child = spawn(command, rest, {
      cwd: imageOf(target),
      env: { PATH: process.env.PATH, NODE_ENV: "production", LOG_FORMAT: "json", DASHBOARD_PORT: "0", ...environment },
    });
    running.push(child);
    return child;
  }
  const chain = (): Record<string, string> => ({
    POLYGON_RPC_URL: `${simnet.rpcUrl},${simnet.wsUrl}`,
    ...{ GAMMA_URL: simnet.gammaUrl, CLOB_URL: simnet.clobUrl },
    ...{ CLOB_WS_URL: simnet.marketUrl, DATA_API_URL: simnet.dataUrl, BOOTSTRAP: "false" },
  });

  /** The image's own health check says so. */
  const isHealthy = (target: string, args: readonly string[], environment: Record<string, string> = {}) =>
    execute(process.execPath, ["deploy/ready.ts", ...args], { cwd: imageOf(target), env: environment }).then(
      () => true,
      () => false,
    );

  async function becomesReady(child: ChildProcess, target: string, limitMb: number): Promise<string> {
    const { url } = await heard(child, ({ msg }) => msg === "metrics");
    const { origin, port } = new URL(String(url));
    await eventually(async () => {
      const answer = await fetch(`${origin}/readyz`);
      const said = await answer.text();
      return answer.ok ? null : said;
    }, READY_WITHIN_MS);
    expect(await isHealthy(target, [], { METRICS_PORT: port })).toBe(true);
    expectCaged(child);
    expect(peakMegabytes(child.pid ?? 0) ?? 0).toBeLessThan(limitMb);
    return origin;
  }

  /** Another user, without rights, on a root that cannot be written to. */
  function expectCaged(child: ChildProcess): void {
    if (!canCage) return;
    const of = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
    expect(of("status")).toMatch(new RegExp(`^Uid:\\s+${account()?.uid}\\s`, "m"));
    expect(of("status")).toMatch(/^CapBnd:\s+0+$/m);
    expect(of("mounts")).toMatch(/^\S+ \/ \S+ ro[ ,]/m);
  }

  const server = inject("postgresUrl");
  describeOnOneEngine("of a service", (getDb) => {
    const urlOf = async (user: string): Promise<string> => {
      const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(getDb().kysely);
      return databaseUrl(server ?? "", rows[0]?.name ?? "").replace("user=postgres", `user=${user}`);
    };
    const userOf = (name: string): string => `image_${name}_${process.pid}`;
    const users = [
      ...SERVICES.map(({ name }) => ({ user: userOf(name), role: name })),
      { user: userOf("reader"), role: "dashboard" },
    ];
    const asOwner = async (statement: string): Promise<void> => {
      const db = await openDatabase({ url: server ?? "" });
      await sql.raw(statement).execute(db.kysely);
      await db.close();
    };
    test.skipIf(server === null)("has a user of its role", async () => {
      const create = users.map(({ user, role }) => `CREATE USER ${user} IN ROLE orderflow_${role}`);
      await asOwner([...create, `ALTER USER ${userOf("reader")} SET default_transaction_read_only = on`].join(";"));
    });

    test.skipIf(server === null).each(SERVICES)("$name: is ready", async ({ name, limitMb }) => {
      const child = start(name, [name], {
        ...chain(),
        ...{ DATABASE_URL: await urlOf(userOf(name)), DATA_DIR: join(folder, `${name}-data`), METRICS_PORT: "0" },
        ...(name === "dashboard" ? { READ_DATABASE_URL: await urlOf(userOf("reader")) } : {}),
      });
      const pages = name === "dashboard" ? heard(child, ({ msg }) => msg === "dashboard") : null;
      await becomesReady(child, name, limitMb);
      if (pages === null) return;
      const { url } = await pages;
      expect((await fetch(`${url}/api/v1/wallets`)).status).toBe(200);
      expect(await (await fetch(String(url))).text()).toContain("<script");
      const { rows } = await sql<{ query: string }>`
        SELECT query FROM pg_stat_activity WHERE usename = ${userOf("reader")}`.execute(getDb().kysely);
      expect(rows.some(({ query }) => query.includes("wallet"))).toBe(true);
    });

    test.skipIf(server === null)("leaves no user behind", async () => {
      await asOwner(users.map(({ user }) => `DROP ROLE IF EXISTS ${user}`).join(";"));
    });
  });

  test("all-in-one: is ready on its embedded database", async () => {
    const data = join(folder, "all-in-one-data");
    mkdirSync(join(data, "pglite"), { recursive: true });
    writeFileSync(join(folder, "template.tar"), Buffer.from(await (await migratedTemplate()).arrayBuffer()));
    await execute("tar", ["-xf", join(folder, "template.tar"), "-C", join(data, "pglite")]);
    const user = account();
    if (user !== null) await execute("chown", ["-R", `${user.uid}:${user.gid}`, data]);
    const child = start("all-in-one", ["up"], { ...chain(), DATA_DIR: data, METRICS_PORT: "0" });
    const pages = heard(child, ({ msg }) => msg === "dashboard");
    await becomesReady(child, "all-in-one", ALL_IN_ONE_MB);
    expect(await (await fetch(String((await pages).url))).text()).toContain("<script");
  });

  test("signer: answers at its socket, by the same health check", async () => {
    const data = join(folder, "signer-data");
    mkdirSync(data);
    const settings = join(data, "settings.json");
    writeFileSync(join(data, "key.hex"), KEY, { mode: 0o600 });
    const policy = { wallet: WALLET, signatureType: 0, maxOrderUsd: "5", maxDayUsd: "10" };
    writeFileSync(settings, JSON.stringify({ key: { file: "key.hex" }, ...policy }));
    const user = account();
    if (user !== null) chownSync(join(data, "key.hex"), user.uid, user.gid);
    const socket = join(data, "signer.sock");
    expect(await isHealthy("signer", [socket])).toBe(false);
    const child = start("signer", ["signer", "--settings", settings], {});
    await heard(child, ({ msg }) => msg === "signing");
    expect(await isHealthy("signer", [socket])).toBe(true);
    expectCaged(child);
    expect(peakMegabytes(child.pid ?? 0) ?? 0).toBeLessThan(256);
  });

  test("executor: without a setting that it needs it ends and says so", async () => {
    const options = { cwd: imageOf("executor"), env: { PATH: process.env.PATH } };
    const started = execute(process.execPath, ["src/apps/cli.ts", "executor"], options);
    await expect(started).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("DATABASE_URL") });
    expect(await isHealthy("executor", [])).toBe(false);
    expect(existsSync(join(imageOf("executor"), "test"))).toBe(false);
  });
});
