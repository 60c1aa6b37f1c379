import type { Wake } from "../../ports/wake.ts";
import type { ClientSource } from "./pool.ts";

export type EngineName = "pglite" | "postgresql";

/** What differs between the embedded engine and a server; everything else is one code path. */
export type Engine = {
  readonly name: EngineName;
  readonly source: ClientSource;
  /** @param onLost called once when the lock is gone although nobody released it (the connection broke). */
  tryLock(key: bigint, onLost?: () => void): Promise<(() => Promise<void>) | null>;
  /** Whether anybody holds the lock, in whatever process. */
  isLocked(key: bigint): Promise<boolean>;
  readonly wake: Wake;
  close(): Promise<void>;
};
