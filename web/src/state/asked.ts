import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./api.ts";
import { versionOf } from "./stream.ts";

/** What came of a question: nothing yet, an answer, or an error; an old answer stays until there is a new one. */
export type Asked<T> = {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly again: () => void;
};

export type AskOptions = {
  /** Asks again whenever the stream tells of one of these. */
  readonly topics?: readonly string[];
  /** And at the latest after so many milliseconds. */
  readonly everyMs?: number;
};

/** Asks the API and keeps the answer fresh. `path` null asks nothing. */
export function useAsked<T>(path: string | null, { topics = [], everyMs }: AskOptions = {}): Asked<T> {
  const [state, setState] = useState<{ path: string | null; value: T | undefined; error: unknown }>({
    path: null,
    value: undefined,
    error: undefined,
  });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((now) => now + 1), []);
  // Of "line" it hears when a lost connection has healed.
  const version = ["line", ...topics].reduce((sum, topic) => sum + versionOf(topic).value, 0);
  const inFlight = useRef<{ readonly stop: AbortController; isStale: boolean } | null>(null);
  const send = (wanted: string): void => {
    const mine = { stop: new AbortController(), isStale: false };
    inFlight.current = mine;
    const settle = (set: () => void): void => {
      if (mine.stop.signal.aborted) return;
      inFlight.current = null;
      set();
      if (mine.isStale) send(wanted);
    };
    ask<T>(wanted, mine.stop.signal).then(
      (value) => settle(() => setState({ path: wanted, value, error: undefined })),
      (error: unknown) =>
        settle(() => setState((old) => ({ path: wanted, value: old.path === wanted ? old.value : undefined, error }))),
    );
  };
  useEffect(
    () => () => {
      inFlight.current?.stop.abort();
      inFlight.current = null;
    },
    [path],
  );
  useEffect(() => {
    if (path === null) return;
    // A slow answer is waited for: given up for a fresher one each time, none would ever come.
    if (inFlight.current === null) send(path);
    else inFlight.current.isStale = true;
  }, [path, turn, version]);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, again]);
  const isOld = state.path !== path && (path === null || state.path?.split("?")[0] !== path.split("?")[0]);
  return { value: isOld ? undefined : state.value, error: isOld ? undefined : state.error, again };
}
