import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createPopulationEngine } from "../../src/adapters/archive/population/engine.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createPopulationSource } from "../../src/adapters/postgres/population-source.ts";
import { type Recomputation, recompute } from "../../src/services/reputation/recompute.ts";

let empty: string | null = null;
afterAll(() => {
  if (empty !== null) rmSync(empty, { recursive: true, force: true });
});

/** The population by column, against the ledger in `db`. @param folder the archive; an empty one without it */
export function recomputeOn(db: Database, folder?: string): Promise<Recomputation> {
  empty ??= mkdtempSync(join(tmpdir(), "orderflow-recompute-"));
  const engine = createPopulationEngine({ folder: folder ?? empty, memoryMb: 256, threads: 1 });
  return recompute({ source: createPopulationSource(db), engine }, 5);
}
