import { readFile } from "node:fs/promises";
import type { Teller } from "../../ports/clean.ts";

export const createTeller = (path: string): Teller => ({ tell: async () => Number(await readFile(path, "utf8")) });
