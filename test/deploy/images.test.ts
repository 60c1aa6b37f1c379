// Goal: the images are what the Dockerfile, compose.yaml and Railway's files say, without a Docker engine; run-images.test.ts starts them.
// Method: the files are linted and held against the script that lays out the images, the settings and the database's roles.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DCLinter } from "dclint";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { packagesOf, targets } from "../../deploy/lay-out-image.ts";
import { environment } from "../../src/adapters/config/environment.ts";
import { WRITABLE } from "../../src/adapters/postgres/roles.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const dockerfile = read("Dockerfile");
const _run = promisify(execFile);

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
    expect(own.map(([name]) => name).sort()).toEqual(
      [...targets.filter((each) => each !== "all-in-one"), "migrate"].sort(),
    );
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

describe("an image's packages", () => {
  test("leave out what the service does not use, and nothing that it does", () => {
    const of = (target: string) => packagesOf(root, target);
    expect(of("executor").some((path) => path.includes("duckdb") || path.includes("pglite"))).toBe(false);
    expect(of("listener").some((path) => path.includes("duckdb"))).toBe(true);
    expect(of("all-in-one").some((path) => path.includes("pglite"))).toBe(true);
    for (const target of targets) {
      expect(of(target)).toContain("node_modules/pg");
      expect(of(target)).not.toContain("node_modules/typescript");
      for (const absent of ["node", "vite", "preact"]) expect(of(target)).not.toContain(`node_modules/${absent}`);
    }
    expect(() => of("database")).toThrow(/no image is called database/);
  });
});
