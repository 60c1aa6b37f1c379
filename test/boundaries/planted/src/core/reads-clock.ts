// expect biome Time comes from the Clock port
// expect biome The core takes time as EpochMs
export const now = (): number => Date.now();
