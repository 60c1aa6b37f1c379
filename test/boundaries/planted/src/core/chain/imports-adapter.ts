// expect tsc TS6307|TS6059
// expect biome The core imports only the core
import { table } from "../../adapters/postgres/clean.ts";

export const name = table;
