import { keccak256 } from "viem";

export const hash = (data: `0x${string}`): string => keccak256(data);
