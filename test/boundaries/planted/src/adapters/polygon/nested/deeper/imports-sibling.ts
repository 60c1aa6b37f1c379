// expect biome An adapter imports the core, ports, packages and its own folder
import { table } from "../../../postgres/clean.ts";

export const name = table;
