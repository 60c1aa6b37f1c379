// expect tsc TS6307|TS6059
// expect biome The core imports only the core
import type { Teller } from "../ports/clean.ts";

export type Told = Teller;
