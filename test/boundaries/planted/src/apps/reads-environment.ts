// expect biome noProcessEnv
export const url = process.env.DATABASE_URL;
