import { twice } from "../src/core/clean.ts";

export const eight = twice(4);
