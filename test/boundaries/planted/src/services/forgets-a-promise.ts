// expect biome noFloatingPromises
import type { Teller } from "../ports/clean.ts";

export function fire(teller: Teller): void {
  teller.tell();
}
