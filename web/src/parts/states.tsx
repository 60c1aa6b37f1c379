/** What stands where data would: what is awaited and since when, what is missing and why, what failed and what to do. */
import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../state/api.ts";
import type { Asked } from "../state/asked.ts";

export function Awaiting({ what }: { what: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const started = performance.now();
    const timer = setInterval(() => setSeconds(Math.round((performance.now() - started) / 1000)), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="await" role="status">
      <span class="bar-loading" />
      <p>Reading {what}</p>
      {seconds < 2 ? null : (
        <p class="small faint">
          {seconds} s so far; usually below one. {seconds > 10 ? "The database may be busy." : ""}
        </p>
      )}
    </div>
  );
}

export const Nothing = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="await">
    <b>{title}</b>
    {children === undefined ? null : <p>{children}</p>}
  </div>
);

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { title, advice } = explain(error);
  return (
    <div class="await error" role="alert">
      <b>{title}</b>
      <p>{advice}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function explain(error: unknown): { readonly title: string; readonly advice: string } {
  if (!(error instanceof ApiError)) return { title: "Something is wrong with this page", advice: String(error) };
  const { status, message } = error;
  if (status === 0) {
    return {
      title: "The dashboard does not answer",
      advice: "Its process may have stopped. Look at its terminal, start it again, and this page goes on by itself.",
    };
  }
  if (status === 404) return { title: "Not found", advice: message };
  if (status === 429) return { title: "Too many questions", advice: "Wait a few seconds, then try again." };
  if (status >= 500) {
    return { title: "The server could not answer", advice: `${message}. Its log says why; the database may be away.` };
  }
  return { title: "The question was refused", advice: `${message}. Look at the address of this page.` };
}

type ShowProps<T> = {
  readonly asked: Asked<T>;
  readonly what: string;
  /** Said where there is no such thing. */
  readonly missing?: string;
  readonly children: (value: T) => ComponentChildren;
};

/** The value when it is there; what was read before stays while it is read again. */
export function Show<T>({ asked, what, missing, children }: ShowProps<T>) {
  if (asked.value !== undefined) return <>{children(asked.value)}</>;
  if (missing !== undefined && asked.error instanceof ApiError && asked.error.status === 404) {
    return (
      <div class="panel">
        <Nothing title="Not found">{missing}</Nothing>
      </div>
    );
  }
  if (asked.error !== undefined) return <Failed error={asked.error} retry={asked.again} />;
  return <Awaiting what={what} />;
}

type CatcherState = { readonly error: unknown };

/** A mistake in one page takes that page away, and not the way to the others. */
export class Catcher extends Component<{ children: ComponentChildren }, CatcherState> {
  override state: CatcherState = { error: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ error });
  }

  render() {
    if (this.state.error === null) return this.props.children;
    return <Failed error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}
