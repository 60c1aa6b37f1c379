import type { Later } from "../core/later.ts";

export type Teller = { tell(signal?: AbortSignal): Promise<Later> };
