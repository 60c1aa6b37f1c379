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
  const current = useRef(path);
  current.current = path;
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    ask<T>(path, stop.signal).then(
      (value) => setState({ path, value, error: undefined }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        setState((old) => ({ path, value: old.path === path ? old.value : undefined, error }));
      },
    );
    return () => stop.abort();
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
