// expect biome core/chain may use viem's codec and no other package
import { z } from "zod";

export const schema = z.string();
