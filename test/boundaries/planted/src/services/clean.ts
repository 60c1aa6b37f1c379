import { twice } from "../core/clean.ts";
import type { Teller } from "../ports/clean.ts";

export const ask = async (teller: Teller, signal: AbortSignal): Promise<number> => twice(await teller.tell(signal));
