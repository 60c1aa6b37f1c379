// expect biome chance from the Random port
export const dice = (): number => Math.floor(6 * Math.random());
