/** Begins as `orderflow executor` does, then is the executor of the benchmark. */
import { keepCompiledCode } from "../../src/adapters/system/compile-cache.ts";
import { avoidStaleLoads } from "../../src/adapters/system/v8-flags.ts";

avoidStaleLoads();
keepCompiledCode();
await import("./executor-host.ts");
