// expect tsc TS6307|TS6059
// expect biome Services import only the core, ports and services
import { table } from "../adapters/postgres/clean.ts";

export const name = table;
