// expect tsc TS6307|TS6059
// expect biome Services import only the core, ports and services
import { run } from "../apps/clean.ts";

export const again = run;
