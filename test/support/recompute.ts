import { createPopulationEngine } from "../../src/adapters/archive/population/engine.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createPopulationSource } from "../../src/adapters/postgres/population-source.ts";
import { type Recomputation, recompute } from "../../src/services/reputation/recompute.ts";
import { scratchFolder } from "./scratch-folder.ts";

let empty: string | null = null;

/** The population by column, against the ledger in `db`. @param folder the archive; an empty one without it */
export function recomputeOn(db: Database, folder?: string): Promise<Recomputation> {
  empty ??= scratchFolder("recompute");
  const engine = createPopulationEngine({ folder: folder ?? empty, memoryMb: 256, threads: 1 });
  return recompute({ source: createPopulationSource(db), engine }, 5);
}
