// expect biome Ports import no package
import type { Hex } from "viem";

export type Hash = Hex;
