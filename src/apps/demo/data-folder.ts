import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../core/errors.ts";

const MARKER = "orderflow-demo";

/**
 * Empties the demo's folder. It deletes only what an earlier demo made: a folder without the demo's marker is left alone.
 * @throws ConfigError when the folder holds something else
 */
export function prepareDemoFolder(folder: string): { readonly database: string } {
  const marker = join(folder, MARKER);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(marker)) {
      throw new ConfigError([`${folder} exists and was not made by the demo; name another folder with --data`]);
    }
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(marker, "Made by `orderflow demo`, which deletes this folder when it starts again.\n");
  return { database: join(folder, "database") };
}
