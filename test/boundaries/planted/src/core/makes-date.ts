// expect biome Time comes from the Clock port
// expect biome noRestrictedGlobals
export const today = (): string => new Date().toISOString();
