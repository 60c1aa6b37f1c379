#!/usr/bin/env node
import { keepCompiledCode } from "../adapters/system/compile-cache.ts";
import { avoidStaleLoads } from "../adapters/system/v8-flags.ts";

avoidStaleLoads();
keepCompiledCode();
// A service runs for months, and the modules of the other commands are a quarter of what it would hold.
const isService = ["listener", "reputation", "executor"].includes(process.argv[2] ?? "");
const line = isService
  ? (await import("./service-line.ts")).createServiceLine()
  : (await import("./command-line.ts")).createCommandLine();
await line.parseAsync();
