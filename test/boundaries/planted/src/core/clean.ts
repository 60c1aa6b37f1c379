import type { Later } from "./later.ts";

export const twice = (value: Later): number => 2 * value;
