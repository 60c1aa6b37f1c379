// expect biome noImportCycles
import { first } from "./first.ts";

export const second = (n: number): number => (n === 0 ? 1 : first(n - 1));
