import { readFileSync } from "node:fs";
import { join } from "node:path";

const manifest = join(import.meta.dirname, "../../node_modules/@electric-sql/pglite/package.json");

export const pgliteVersion = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
