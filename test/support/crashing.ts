import { InvariantError } from "../../src/core/errors.ts";
import type { ExecutorDeps } from "../../src/services/executor/session.ts";

/** Where a process dies: at its n-th call to the outside, before the call is made or after its answer came. */
export type CrashPoint = { readonly call: number; readonly when: "before" | "after" };

/**
 * A process that dies. Every call through a port is counted; at the crash point it throws, and so does every later call
 * of the same process: a dead process does nothing more.
 */
export function createMortal(deps: ExecutorDeps, point: CrashPoint | null) {
  let calls = 0;
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new InvariantError("CRASHED", "the process was killed");
  };
  const mortal =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (dead) die();
      calls += 1;
      const here = point?.call === calls;
      if (here && point.when === "before") die();
      const answer = await call(...args);
      if (here || dead) die();
      return answer;
    };
  const { store, books, venue } = deps;
  return {
    calls: () => calls,
    died: () => dead,
    deps: {
      ...deps,
      store: { tryLock: store.tryLock, load: mortal(store.load), read: mortal(store.read), save: mortal(store.save) },
      books: { fetchBook: mortal(books.fetchBook), fetchTerms: mortal(books.fetchTerms) },
      venue: { mode: venue.mode, place: mortal(venue.place) },
    } satisfies ExecutorDeps,
  };
}
