import { AbortedError, TransientError } from "../../core/errors.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time/time.ts";
import type { Clock } from "../../ports/clock.ts";

const PAUSE_MS = SECOND_MS;
const PAUSE_MS_MAX = 8 * SECOND_MS;
const FOR_MS = 2 * MINUTE_MS;

/** Asks who does not answer again, for two minutes; says so once for each reason. @throws the last TransientError; AbortedError */
export async function persist<T>(
  { clock, tell }: { readonly clock: Clock; readonly tell: (line: string) => void },
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const until = clock.nowMs() + FOR_MS;
  let told = "";
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError) || clock.nowMs() >= until) throw error;
      if (error.message !== told) tell(`   ${error.message}; trying again for two minutes`);
      told = error.message;
      await clock.sleep(Math.min(PAUSE_MS * 2 ** tries, PAUSE_MS_MAX), signal);
      if (signal.aborted) throw new AbortedError();
    }
  }
}
