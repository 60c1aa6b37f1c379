// expect tsc TS2591|TS2307
// expect biome Services import no package
import { readFileSync } from "node:fs";

export const read = (path: string): string => readFileSync(path, "utf8");
