// expect tsc TS6307|TS6059
// expect biome Services import only the core, ports and services
import { version } from "../apps/later.ts";

export const again = version;
