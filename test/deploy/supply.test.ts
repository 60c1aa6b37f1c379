// Goal: what the program is made of is known, allowed, exact, and free of secrets; a release is one command without network.
// Method: the lock file and the tree as they are; each guard is shown something that it must refuse; a release of a clone.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { migrationList } from "../../src/adapters/postgres/migrate.ts";
import { isAllowed, licencesDocument, runtimeLicences } from "../../tools/supply/licences.ts";
import { nextVersion, releasedChangelog } from "../../tools/supply/release.ts";
import { findSecrets, secretsOfTree } from "../../tools/supply/secrets.ts";

const root = join(import.meta.dirname, "../..");
/** An exported tree has no history to release from, or to list its files by. */
const isClone = existsSync(join(root, ".git"));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("the licences of all packages that the program runs on are allowed and listed", () => {
  const rows = runtimeLicences(read("package-lock.json"));
  expect(rows.filter((row) => !isAllowed(row))).toEqual([]);
  expect(read("docs/LICENSES.md")).toBe(licencesDocument(rows));
  const like = (licence: string) => isAllowed({ name: "x", version: "1.0.0", licence });
  expect(["MIT", "(MIT OR GPL-3.0)", "MIT AND ISC"].map(like)).toEqual([true, true, true]);
  expect(["GPL-3.0", "MIT AND GPL-3.0", "none", "MPL-2.0"].map(like)).toEqual([false, false, false, false]);
});

test("versions are exact, and nothing but Node itself runs a script when it is installed", () => {
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const wanted = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  type Locked = { readonly hasInstallScript?: boolean; readonly integrity?: string };
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  expect(Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true)).toEqual([
    "node_modules/node",
  ]);
  expect(Object.keys(packages).filter((path) => path !== "" && packages[path]?.integrity === undefined)).toEqual([]);
});

test.skipIf(!isClone)("no file of the tree holds a secret", async () => {
  expect(await secretsOfTree(root)).toEqual([]);
  const planted = `token = "${"ghp"}_${"0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"}"\n`;
  expect(await findSecrets("settings.ts", planted)).toHaveLength(1);
  expect(await findSecrets("settings.ts", `"postgresql://me:${"correct"}horse@db.example.org/flow"`)).toHaveLength(1);
});

test("tables of every release are still what they were", () => {
  const releases = join(root, "deploy/releases");
  for (const name of existsSync(releases) ? readdirSync(releases) : []) {
    const { migrations } = JSON.parse(readFileSync(join(releases, name), "utf8")) as { migrations: unknown[] };
    expect(migrationList().slice(0, migrations.length), name).toEqual(migrations);
  }
});

test("the next version and the changelog follow from the level and the commits", () => {
  expect((["major", "minor", "patch"] as const).map((level) => nextVersion("1.2.3", level))).toEqual([
    "2.0.0",
    "1.3.0",
    "1.2.4",
  ]);
  const changelog = releasedChangelog("# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0\n\n- old\n", "0.2.0", [
    "Add it",
  ]);
  expect(changelog).toBe(
    "# Changelog\n\n## Unreleased\n\n## 0.2.0\n\n- new\n\nCommits:\n\n- Add it\n\n## 0.1.0\n\n- old\n",
  );
  expect(() => releasedChangelog("# Changelog\n", "0.2.0", [])).toThrow(/Unreleased/);
});

test.skipIf(!isClone)(
  "a release of a clone: version, changelog, tables, tag and bill of materials",
  { timeout: 60_000 },
  () => {
    const clone = mkdtempSync(join(tmpdir(), "orderflow-release-"));
    try {
      const git = (...args: readonly string[]): string =>
        execFileSync("git", ["-C", clone, ...args], { encoding: "utf8" }).trim();
      execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${root}`, clone]);
      mkdirSync(join(clone, "tools/supply"), { recursive: true });
      writeFileSync(join(clone, ".git/info/exclude"), "node_modules\n");
      // The work that is not committed yet is what is tried.
      for (const path of [
        "tools/supply/release.ts",
        "package.json",
        "package-lock.json",
        "src/adapters/postgres/migrate.ts",
        ".gitignore",
      ])
        writeFileSync(join(clone, path), read(path));
      symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
      git("config", "user.name", "a test");
      git("config", "user.email", "test@example.org");
      git("add", "--all");
      if (git("status", "--porcelain") !== "") git("commit", "--quiet", "--message", "What is being tried");
      const run = (...args: readonly string[]): string =>
        execFileSync(process.execPath, ["tools/supply/release.ts", ...args], { cwd: clone, encoding: "utf8" });
      expect(() => run("--help")).toThrow(/npm run release -- major\|minor\|patch \[--dry-run\]\n$/);
      expect(run("minor", "--dry-run")).toContain("v0.2.0: ");
      expect(git("status", "--porcelain")).toBe("");
      run("minor");
      expect(git("describe", "--tags")).toBe("v0.2.0");
      expect(git("status", "--porcelain")).toBe("");
      expect((JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as { version: string }).version).toBe(
        "0.2.0",
      );
      expect(JSON.parse(readFileSync(join(clone, "deploy/releases/0.2.0.json"), "utf8"))).toEqual({
        version: "0.2.0",
        migrations: migrationList(),
      });
      expect(readFileSync(join(clone, "release/orderflow-0.2.0.cdx.json"), "utf8")).toContain(
        '"bomFormat": "CycloneDX"',
      );
      writeFileSync(join(clone, "left.txt"), "over");
      expect(() => run("patch")).toThrow(/uncommitted changes/);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  },
);
