#!/usr/bin/env node
import { keepCompiledCode } from "../adapters/system/compile-cache.ts";
import { avoidStaleLoads } from "../adapters/system/v8-flags.ts";

avoidStaleLoads();
keepCompiledCode();
const { createCommandLine } = await import("./command-line.ts");
await createCommandLine().parseAsync();
