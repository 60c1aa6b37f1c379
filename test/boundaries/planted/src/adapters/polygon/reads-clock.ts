// expect biome Time comes from the Clock port
export const elapsed = (): number => performance.now();
