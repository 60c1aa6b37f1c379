#!/usr/bin/env node
import { avoidStaleLoads } from "../adapters/system/v8-flags.ts";
import { createCommandLine } from "./command-line.ts";

avoidStaleLoads();
await createCommandLine().parseAsync();
