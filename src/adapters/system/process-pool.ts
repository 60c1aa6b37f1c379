/** Processes that run one module each and are given one task at a time. The module calls `serveTasks`. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { AbortedError, TransientError } from "../../core/errors.ts";

export type ProcessPool<Task, Answer> = {
  readonly size: number;
  /** Waits for a free process. @param onShare how much of it is done, 0 to 1 */
  run(task: Task, onShare: (share: number) => void): Promise<Answer>;
  /** Ends the processes, whatever they do; what runs is rejected. */
  close(): Promise<void>;
};

type Said<Answer> =
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "done"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly reason: string };

export const cores = (): number => availableParallelism();

/** @param module a file of this program; processes start when they are first needed, and again after one has died */
export function createProcessPool<Task, Answer>(module: URL, size: number): ProcessPool<Task, Answer> {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const waiting: ((child: ChildProcess) => void)[] = [];
  let isClosed = false;

  function start(): ChildProcess {
    // Short-lived rows; a larger young generation keeps them out of the old one.
    const child = fork(module, { serialization: "advanced", execArgv: ["--max-semi-space-size=32"] });
    all.add(child);
    child.once("exit", () => {
      all.delete(child);
      const place = idle.indexOf(child);
      if (place >= 0) idle.splice(place, 1);
    });
    return child;
  }
  const acquire = async (): Promise<ChildProcess> =>
    idle.pop() ?? (all.size < size ? start() : new Promise((resolve) => waiting.push(resolve)));
  function release(child: ChildProcess): void {
    const alive = child.exitCode === null && child.signalCode === null && !isClosed;
    const next = waiting.shift();
    if (next !== undefined) next(alive ? child : start());
    else if (alive) idle.push(child);
  }

  return {
    size,
    async run(task, onShare) {
      const child = await acquire();
      if (isClosed) throw new AbortedError();
      const told = Promise.withResolvers<Answer>();
      const onMessage = (said: Said<Answer>): void => {
        if (said.kind === "share") onShare(said.share);
        else if (said.kind === "done") told.resolve(said.answer);
        else told.reject(new Error(said.reason));
      };
      const onExit = (code: number | null, signal: string | null): void =>
        told.reject(
          isClosed
            ? new AbortedError()
            : new TransientError(
                "WORKER_DIED",
                `a worker process ended before its work did (${signal ?? `exit code ${code}`})`,
              ),
        );
      child.on("message", onMessage);
      child.once("exit", onExit);
      try {
        child.send(task as object);
        return await told.promise;
      } finally {
        child.off("message", onMessage);
        child.off("exit", onExit);
        release(child);
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(
        [...all].map((child) => {
          const ended = new Promise((resolve) => child.once("exit", resolve));
          child.kill("SIGKILL");
          return ended;
        }),
      );
    },
  };
}

/** In the module of a pool. It ends with the process that started it. */
export function serveTasks<Task, Answer>(
  work: (task: Task, onShare: (share: number) => void) => Promise<Answer>,
): void {
  const say = (said: Said<Answer>): void => void process.send?.(said);
  // A terminal sends Ctrl-C to everybody; the parent decides what becomes of us.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  process.on("message", (task) => {
    work(task as Task, (share) => say({ kind: "share", share })).then(
      (answer) => say({ kind: "done", answer }),
      (error: unknown) =>
        say({ kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
