// expect biome The core imports no package
import { keccak256 } from "viem";

export const hash = (data: `0x${string}`): string => keccak256(data);
