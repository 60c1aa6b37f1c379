import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import type { ByteSink, ByteSource } from "../../../core/backtest/sweep/bytes.ts";

export type ScoreLogWriter = {
  readonly sink: ByteSink;
  /** It is whole: others may read it. */
  finish(): void;
  /** It is not, and goes. */
  discard(): void;
};

/** Under its own name once it is whole; two processes that write the same one do not meet. */
export function writeScoreLog(path: string): ScoreLogWriter {
  const part = `${path}.${process.pid}.part`;
  const file = openSync(part, "w");
  return {
    sink: (piece) => void writeSync(file, piece),
    finish() {
      closeSync(file);
      renameSync(part, path);
    },
    discard() {
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}

/** Null: there is none yet. */
export function readScoreLog(path: string): { readonly source: ByteSource; close(): void } | null {
  if (!existsSync(path)) return null;
  const file = openSync(path, "r");
  return { source: (into) => readSync(file, into), close: () => closeSync(file) };
}
