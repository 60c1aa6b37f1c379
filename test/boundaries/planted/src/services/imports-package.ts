// expect biome Services import no package
import pg from "pg";

export const pool = new pg.Pool();
