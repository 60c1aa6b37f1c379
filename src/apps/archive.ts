import { join } from "node:path";

/** Beside the embedded database, and for a server's database in the same place. */
export const archiveFolder = (dataDir: string): string => join(dataDir, "archive");
