import type { Command } from "commander";
import { addServices } from "./commands/services.ts";
import { createLine } from "./line.ts";

/** The services alone. */
export const createServiceLine = (): Command => createLine([addServices]);
