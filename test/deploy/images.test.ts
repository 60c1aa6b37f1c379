// Goal: the images work, without a Docker engine. Method: the Dockerfile and compose.yaml are linted; each image's files are laid out
// by the script that the Dockerfile runs, and the program is started from there as the image would.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { DCLinter } from "dclint";
import { validate } from "dockerfile-utils";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { layOut, packagesOf, targets } from "../../deploy/lay-out-image.ts";
import { environment } from "../../src/adapters/config/environment.ts";
import { openDatabase } from "../../src/adapters/postgres/connect.ts";
import { migrate } from "../../src/adapters/postgres/migrate.ts";
import { WRITABLE } from "../../src/adapters/postgres/roles.ts";
import { databaseUrl } from "../support/engines.ts";
import { account } from "../support/postgres-server.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const dockerfile = read("Dockerfile");
const run = promisify(execFile);

describe("the Dockerfile", () => {
  test("has no fault that a linter knows, and such a linter knows some", () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate("FRM node\nRUN true\n").length).toBeGreaterThan(0);
  });

  test("has a target for each image that is laid out, and everything-in-one is the last", () => {
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    expect(stages).toEqual(["build", "program", ...targets]);
    for (const target of targets) expect(dockerfile).toContain(`COPY --from=build /images/${target} /app`);
    expect(dockerfile).toContain(`for target in ${targets.join(" ")}; do`);
  });

  test("runs on the Node that is tested here", () => {
    const { node } = (JSON.parse(read("package.json")) as { dependencies: { node: string } }).dependencies;
    expect([...dockerfile.matchAll(/^FROM node:(\S+?)-slim/gm)].map(([, version]) => version)).toEqual([node, node]);
  });
});

describe("compose.yaml", () => {
  type Service = { build?: { target: string }; environment?: Record<string, string>; read_only?: boolean };
  const compose = parse(read("compose.yaml"), { merge: true }) as { services: Record<string, Service> };

  test("has no fault that a linter knows, and such a linter knows some", () => {
    const order = ["service-keys-order", "services-alphabetical-order", "top-level-properties-order"];
    const linter = new DCLinter({
      rules: Object.fromEntries(order.map((rule) => [rule, 0])),
      quiet: false,
      debug: false,
      exclude: [],
    });
    const faultsOf = (file: string): readonly unknown[] =>
      (linter.lintFiles([file], false) as readonly { messages: readonly unknown[] }[]).flatMap(
        ({ messages }) => messages,
      );
    expect(faultsOf(join(root, "compose.yaml"))).toEqual([]);
    expect(faultsOf(join(import.meta.dirname, "faulty-compose.yaml")).length).toBeGreaterThan(0);
  });

  test("builds images that exist, sets names that exist, and gives each service its own user and no writable root", () => {
    const names = new Set(Object.values(environment).flatMap((group) => Object.keys(group)));
    const own = Object.entries(compose.services).filter(([name]) => name !== "postgres");
    expect(own.map(([name]) => name).sort()).toEqual(["dashboard", "executor", "listener", "migrate", "reputation"]);
    for (const [name, service] of own) {
      expect(targets).toContain(service.build?.target);
      expect(Object.keys(service.environment ?? {}).filter((each) => !names.has(each))).toEqual([]);
      expect(service.read_only).toBe(true);
      if (name in WRITABLE) expect(service.environment?.DATABASE_URL).toContain(`//flow_${name}:`);
    }
    const users = read("deploy/postgres/users.sh");
    for (const role of Object.keys(WRITABLE)) {
      expect(users).toContain(`CREATE USER flow_${role} PASSWORD :'password' IN ROLE orderflow_${role};`);
    }
  });
});

describe("the files for Railway", () => {
  const names = ["PORT", ...Object.values(environment).flatMap((group) => Object.keys(group))];
  test.each(["listener", "reputation", "executor", "dashboard", "all-in-one"])("%s", (service) => {
    const file = JSON.parse(read(`deploy/${service}/railway.json`)) as {
      deploy: { startCommand: string };
      build: { dockerfilePath: string };
    };
    const command = service === "all-in-one" ? "up" : service;
    expect(file.deploy.startCommand).toBe(`node src/apps/cli.ts ${command}`);
    expect(existsSync(join(root, file.build.dockerfilePath))).toBe(true);
    const set = [...read(`deploy/${service}/.env.example`).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
    expect(set).toContain("DATABASE_URL");
    expect(set.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("an image's files", { timeout: 60_000 }, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "orderflow-image-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 180_000);

  test("leave out what the service does not use, and nothing that it does", () => {
    const of = (target: string) => packagesOf(root, target);
    expect(of("executor").some((path) => path.includes("duckdb") || path.includes("pglite"))).toBe(false);
    expect(of("listener").some((path) => path.includes("duckdb"))).toBe(true);
    expect(of("all-in-one").some((path) => path.includes("pglite"))).toBe(true);
    for (const target of targets) {
      expect(of(target)).toContain("node_modules/pg");
      expect(of(target)).not.toContain("node_modules/typescript");
      expect(of(target)).not.toContain("node_modules/node");
    }
    expect(() => of("database")).toThrow(/no image is called database/);
  });

  test("run: the smallest image starts, and says what is missing", async () => {
    const image = join(folder, "executor");
    layOut(root, "executor", image);
    expect(existsSync(join(image, "test"))).toBe(false);
    expect(readdirSync(image).sort()).toEqual(["LICENSE", "deploy", "node_modules", "package.json", "src"]);
    const options = { cwd: image, env: { PATH: process.env.PATH } };
    const { stdout } = await run(process.execPath, ["src/apps/cli.ts", "--help"], options);
    expect(stdout).toContain("executor");
    const started = run(process.execPath, ["src/apps/cli.ts", "executor"], options);
    await expect(started).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("DATABASE_URL") });
    await expect(run(process.execPath, ["deploy/ready.ts"], options)).rejects.toMatchObject({ code: 1 });
  });

  const server = inject("postgresUrl");
  test.skipIf(server === null)(
    "run: the dashboard answers as a user that may not write to its files, and reads from the replica",
    async () => {
      const image = join(folder, "dashboard");
      await run(process.execPath, ["web/build.ts"], { cwd: root });
      layOut(root, "dashboard", image);
      const [name, user] = [`image_${process.pid}`, { write: `writer_${process.pid}`, read: `reader_${process.pid}` }];
      const admin = await openDatabase({ url: server ?? "" });
      const owner = async (statement: string) =>
        (await sql.raw<Record<string, string>>(statement).execute(admin.kysely)).rows;
      const urlOf = (as: string): string => databaseUrl(server ?? "", name).replace("user=postgres", `user=${as}`);
      let child: ChildProcess | null = null;
      try {
        await owner(`CREATE DATABASE ${name}`);
        const db = await openDatabase({ url: urlOf("postgres") });
        await migrate(db).finally(() => db.close());
        for (const each of Object.values(user)) await owner(`CREATE USER ${each} IN ROLE orderflow_dashboard`);
        await owner(`ALTER USER ${user.read} SET default_transaction_read_only = on`);
        const env = {
          ...{
            PATH: process.env.PATH,
            DATABASE_URL: urlOf(user.write),
            READ_DATABASE_URL: urlOf(user.read),
            DATA_DIR: folder,
          },
          ...{ DASHBOARD_PORT: "0", METRICS_PORT: "0", LOG_FORMAT: "json", NODE_ENV: "production" },
        };
        chmodSync(folder, 0o755);
        // The image is root's, and the program runs as somebody else: where the tests run as root.
        child = spawn(process.execPath, ["src/apps/cli.ts", "dashboard"], { cwd: image, env, ...account() });
        const [ready, page] = await addresses(child);
        expect((await fetch(`${ready}/readyz`)).status).toBe(200);
        expect((await fetch(`${page}/api/v1/wallets`)).status).toBe(200);
        expect(await (await fetch(page)).text()).toContain("<script");
        const metricsPort = new URL(ready).port;
        await run(process.execPath, ["deploy/ready.ts"], { cwd: image, env: { ...env, METRICS_PORT: metricsPort } });
        const readers = await owner(`SELECT usename, query FROM pg_stat_activity WHERE datname = '${name}'`);
        expect(readers.some(({ usename, query }) => usename === user.read && query?.includes("wallet"))).toBe(true);
      } finally {
        child?.kill("SIGKILL");
        await owner(`DROP DATABASE IF EXISTS ${name} (FORCE)`);
        for (const each of Object.values(user)) await owner(`DROP ROLE IF EXISTS ${each}`);
        await admin.close();
      }
    },
  );
});

/** Where metrics and pages are, as the program says it. */
async function addresses(child: ChildProcess): Promise<readonly [metrics: string, pages: string]> {
  const found = new Map<string, string>();
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
    if (url !== undefined) found.set(msg, url.replace(/\/metrics$/, ""));
    if (found.size === 2) break;
  }
  return [found.get("metrics") ?? "", found.get("dashboard") ?? ""];
}
