import { signal } from "@preact/signals";

/** Rises once a second while the page is seen: what shows an age reads it. */
export const tick = signal(0);
setInterval(() => {
  if (!document.hidden) tick.value += 1;
}, 1000);

let last = { server: Date.now(), here: performance.now(), factor: 1 };

/** @param factor how many times as fast as the wall the program's clock runs: more than 1 in the demo */
export function hearServerClock(server: number, factor: number): void {
  last = { server, here: performance.now(), factor };
}

/** Time as the program has it. */
export const serverNow = (): number => last.server + (performance.now() - last.here) * last.factor;
export const clockFactor = (): number => last.factor;
