import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";

/**
 * Standard error: how far something is, and a command's log, so that standard output holds what was asked for and nothing
 * else, whoever reads it.
 */
export type ProgressOutput = {
  readonly isInteractive: boolean;
  readonly colours: boolean;
  /** Current width; 100 where there is no terminal. */
  columns(): number;
  /** In place of what was shown. */
  replace(text: string): void;
  clear(): void;
  writeLine(line: string): void;
};

/** What standard output can show. */
export type Terminal = {
  readonly isInteractive: boolean;
  readonly colours: boolean;
  /** Current width; 100 where there is no terminal. */
  columns(): number;
  writeLine(line: string): void;
  /** Raw text, for cursor movements. */
  write(text: string): void;
  readonly progress: ProgressOutput;
};

/** A terminal that was never told its size says 0, which is as good as none. */
export const widthOf = ({ columns = 0 }: { readonly columns?: number }): number => (columns > 0 ? columns : 100);

export function createTerminal(): Terminal {
  const [out, err] = [process.stdout, process.stderr];
  // The reader went away (`| head`): there is nobody left to tell, and it is no failure of ours.
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
  });
  let isOpen = false;
  const clear = (): void => {
    if (isOpen) err.write("\r\x1b[K");
    isOpen = false;
  };
  const progress: ProgressOutput = {
    isInteractive: err.isTTY === true,
    colours: err.isTTY === true && err.hasColors(),
    columns: () => widthOf(err),
    replace(text) {
      err.write(`\r\x1b[K${text}`);
      isOpen = true;
    },
    clear,
    writeLine(line) {
      clear();
      err.write(`${line}\n`);
    },
  };
  return {
    progress,
    isInteractive: out.isTTY === true,
    colours: out.isTTY === true && out.hasColors(),
    columns: () => widthOf(out),
    writeLine(line) {
      clear();
      out.write(`${line}\n`);
    },
    write: (text) => void out.write(text),
  };
}

/** Ends the process once everything written has left it. */
export function exitProcess(code: number): void {
  process.exitCode = code;
  process.stderr.write("", () => process.stdout.write("", () => process.exit(code)));
}

/** @returns whether the person typed "yes"; whatever else, nothing, and an abort is no. The question goes to standard error. */
export async function confirm(
  question: string,
  signal: AbortSignal,
  input: Readable = process.stdin,
): Promise<boolean> {
  const lines = createInterface({ input, output: process.stderr, terminal: false });
  process.stderr.write(`${question} Type "yes" to go on: `);
  const stop = (): void => lines.close();
  signal.addEventListener("abort", stop);
  const { value } = await lines[Symbol.asyncIterator]().next();
  signal.removeEventListener("abort", stop);
  lines.close();
  if (signal.aborted) process.stderr.write("\n");
  return typeof value === "string" && value.trim().toLowerCase() === "yes";
}
