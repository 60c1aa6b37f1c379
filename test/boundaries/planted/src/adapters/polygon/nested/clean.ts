import { twice } from "../../../core/clean.ts";
import { createTeller } from "../clean.ts";

export const both = [twice, createTeller];
