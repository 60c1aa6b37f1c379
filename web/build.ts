/**
 * Builds the pages into `web/dist`, unless they are there already and made of the same sources.
 * `--force` builds in any case. Run by `npm start`, `npm run demo` and the tests, so that nobody has to think of it.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const web = import.meta.dirname;
const dist = join(web, "dist");
/** A folder that begins with a dot is not served. */
const stampFile = ".made-of";

/** A hash of everything that the result depends on. */
export function sourcesHash(): string {
  const files = [
    ...globSync(["{src,public}/**/*.*", "index.html", "vite.config.ts"], { cwd: web }).sort(),
    "../docs/glossary.md",
    "../package-lock.json",
  ];
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(web, file)));
  return hash.digest("hex");
}

export function isBuilt(): boolean {
  const stamp = join(dist, stampFile);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === sourcesHash();
}

/** Built beside its place and moved there, so that a running dashboard never serves half of it. */
export async function buildWeb(): Promise<void> {
  const stamp = sourcesHash();
  const { build } = await import("vite");
  const fresh = mkdtempSync(join(web, "dist-"));
  try {
    await build({ configFile: join(web, "vite.config.ts"), logLevel: "warn", build: { outDir: fresh } });
    writeFileSync(join(fresh, stampFile), stamp);
    chmodSync(fresh, 0o755);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (import.meta.main && (process.argv.includes("--force") || !isBuilt())) {
  process.stderr.write("building the pages of the dashboard…\n");
  await buildWeb();
}
