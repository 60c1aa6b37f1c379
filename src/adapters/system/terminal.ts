import { createInterface } from "node:readline/promises";

/** What standard output can show. */
export type Terminal = {
  readonly isInteractive: boolean;
  readonly colours: boolean;
  /** Current width; 100 where there is no terminal. */
  columns(): number;
  writeLine(line: string): void;
  /** Raw text, for cursor movements. */
  write(text: string): void;
};

export function createTerminal(): Terminal {
  const out = process.stdout;
  // The reader went away (`| head`): there is nobody left to tell, and it is no failure of ours.
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
  });
  return {
    isInteractive: out.isTTY === true,
    colours: out.isTTY === true && out.hasColors(),
    columns: () => out.columns ?? 100,
    writeLine: (line) => void out.write(`${line}\n`),
    write: (text) => void out.write(text),
  };
}

/** Ends the process once everything written has left it. */
export function exitProcess(code: number): void {
  process.exitCode = code;
  process.stderr.write("", () => process.stdout.write("", () => process.exit(code)));
}

/** @returns whether the person typed "yes"; whatever else, and nothing, is no. The question goes to standard error. */
export async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  process.stderr.write(`${question} Type "yes" to go on: `);
  const { value } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  return typeof value === "string" && value.trim().toLowerCase() === "yes";
}
