import { type Hex, keccak256 } from "viem";
import type { TxHash } from "../ids/ids.ts";

/** The hash under which a signed transaction will be found, known before it is sent. */
export const transactionHash = (raw: Hex): TxHash => keccak256(raw) as string as TxHash;
