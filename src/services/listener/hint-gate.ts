import type { Clock } from "../../ports/clock.ts";
import type { ChainHint } from "../../ports/log-source.ts";

/** Collects hints while the listener is busy, and lets it rest until one comes or it is time to look anyway. */
export type HintGate = {
  hint(hint: ChainHint): void;
  /** @returns the newest hinted head since the last call; null when none was named. */
  wait(ms: number, signal: AbortSignal): Promise<number | null>;
};

export function createHintGate(clock: Clock): HintGate {
  let newest: number | null = null;
  let isHinted = false;
  let open: (() => void) | null = null;

  return {
    hint({ head }) {
      isHinted = true;
      if (head !== null && (newest === null || head > newest)) newest = head;
      open?.();
    },
    async wait(ms, signal) {
      if (!isHinted && !signal.aborted) {
        const hinted = new AbortController();
        open = () => hinted.abort();
        signal.addEventListener("abort", open, { once: true });
        await clock.sleep(ms, hinted.signal);
        signal.removeEventListener("abort", open);
        open = null;
      }
      const head = newest;
      newest = null;
      isHinted = false;
      return head;
    },
  };
}
