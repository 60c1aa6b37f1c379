// expect tsc TS2591|TS2307|TS2580
// expect biome The pages know of the program nothing but the types of its API
import { readFileSync } from "node:fs";

export const text = readFileSync("clean.ts", "utf8");
