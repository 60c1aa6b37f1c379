// expect biome noProcessEnv
import process from "node:process";

export const url = process.env.POLYGON_RPC_URL;
