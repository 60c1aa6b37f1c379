// expect biome noBarrelFile
export * from "./clean.ts";
