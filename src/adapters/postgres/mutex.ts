/** First come, first served. */
export type Mutex = {
  /** @returns a function that lets the next one in, or null when the turn did not come within `maxWaitMs`. */
  enter(maxWaitMs: number): Promise<(() => void) | null>;
};

export function createMutex(): Mutex {
  const waiting: (() => void)[] = [];
  let taken = false;

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    };
  };

  return {
    enter(maxWaitMs) {
      if (!taken) {
        taken = true;
        return Promise.resolve(leaveOnce());
      }
      return new Promise((resolve) => {
        const admit = (): void => {
          clearTimeout(timer);
          resolve(leaveOnce());
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(admit), 1);
          resolve(null);
        }, maxWaitMs);
        waiting.push(admit);
      });
    },
  };
}
