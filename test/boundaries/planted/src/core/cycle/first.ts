// expect biome noImportCycles
import { second } from "./second.ts";

export const first = (n: number): number => (n === 0 ? 0 : second(n - 1));
