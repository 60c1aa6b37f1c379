import { createTeller } from "../adapters/polygon/clean.ts";
import { ask } from "../services/clean.ts";

export const run = (signal: AbortSignal): Promise<number> => ask(createTeller("/dev/null"), signal);
