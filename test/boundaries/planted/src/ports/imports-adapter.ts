// expect tsc TS6307|TS6059
// expect biome Ports import only the core and ports
import { table } from "../adapters/postgres/clean.ts";

export type Table = typeof table;
