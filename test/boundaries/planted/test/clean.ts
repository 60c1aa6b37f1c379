export { twice } from "../src/core/clean.ts";
