#!/usr/bin/env node
import { createCommandLine } from "./command-line.ts";

await createCommandLine().parseAsync();
