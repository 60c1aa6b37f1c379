// expect tsc TS2591|TS2580
// expect biome noProcessEnv
export const url = (): string | undefined => process.env.DATABASE_URL;
