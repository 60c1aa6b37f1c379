// expect tsc TS6307|TS6059
// expect biome An adapter imports the core, ports, packages and its own folder
import { version } from "../../apps/later.ts";

export const again = version;
