import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { lockFolder } from "./folder-lock.ts";

const base = mkdtempSync(join(tmpdir(), "orderflow-lock-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("folder lock", () => {
  let folder: string;
  let path: string;
  let made = 0;
  beforeEach(() => {
    made += 1;
    folder = join(base, `data-${made}`);
    path = join(folder, "orderflow.lock");
  });

  test("a file in its place is said to be one", () => {
    writeFileSync(folder, "");
    expect(() => lockFolder(folder)).toThrow("is a file, and a folder is needed");
  });

  test("a folder is held once and can be taken again when given back", () => {
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(ConfigError);
    release();
    expect(existsSync(path)).toBe(false);
    lockFolder(folder)();
  });

  test("a folder that another running process holds is refused, naming that process", async () => {
    const script = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, "folder-lock.ts"))};
      lockFolder(process.argv[1]); process.stdout.write("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    expect(() => lockFolder(folder)).toThrow(`in use by process ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");
    lockFolder(folder)();
  });

  test.each([
    ["a process that is gone", { pid: 2 ** 22 - 3, host: hostname(), startedAt: "1" }],
    ["a process whose number another one has now", { pid: process.pid, host: hostname(), startedAt: "1" }],
    ["a container that is gone", { pid: process.pid, host: "elsewhere", startedAt: "" }],
  ])("the lock of %s is taken over", (_, holder) => {
    lockFolder(folder)();
    writeFileSync(path, JSON.stringify(holder));
    const release = lockFolder(folder);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    release();
  });

  test("a half-written lock is taken over", () => {
    lockFolder(folder)();
    writeFileSync(path, '{"pid":');
    lockFolder(folder)();
  });

  test("a folder that cannot be made is a matter of configuration", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => lockFolder(join(base, "file", "below"))).toThrow(/DATA_DIR/);
  });
});
