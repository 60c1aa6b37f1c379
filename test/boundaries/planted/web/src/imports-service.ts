// expect tsc TS6307|TS6059
// expect biome The pages know of the program nothing but the types of its API
import { ask } from "../../src/services/clean.ts";

export const again = ask;
