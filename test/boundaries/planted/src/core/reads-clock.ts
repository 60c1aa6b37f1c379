// expect biome Time comes from the Clock port
// expect biome noRestrictedGlobals
export const now = (): number => Date.now();
