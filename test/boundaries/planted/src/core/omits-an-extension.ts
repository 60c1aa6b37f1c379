// expect tsc TS2835|TS2834
import { twice } from "./clean";

export const four = twice(2);
