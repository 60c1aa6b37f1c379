import { AbortedError } from "../../core/errors.ts";

/** fail: it does not work like this. warn: it works, and something will be missed. */
export type Level = "ok" | "warn" | "fail";

export type Finding = {
  /** Stable; what programs match on. */
  readonly check: string;
  readonly level: Level;
  /** What is the case, in one sentence. */
  readonly detail: string;
  /** What to do about it; null where all is well. */
  readonly fix: string | null;
};

export const ok = (check: string, detail: string): Finding => ({ check, level: "ok", detail, fix: null });
export const warn = (check: string, detail: string, fix: string): Finding => ({ check, level: "warn", detail, fix });
export const fail = (check: string, detail: string, fix: string): Finding => ({ check, level: "fail", detail, fix });

/** What a check could not even ask is a finding too. */
export async function ask(
  check: string,
  fix: string,
  look: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    return [fail(check, error instanceof Error ? error.message : String(error), fix)];
  }
}
