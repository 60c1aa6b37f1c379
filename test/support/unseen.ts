import type { ProgressOutput } from "../../src/adapters/system/terminal.ts";

const nothing = (): void => undefined;

/** Progress that nobody looks at. */
export const unseen: ProgressOutput = {
  ...{ isInteractive: false, colours: false, columns: () => 100 },
  ...{ replace: nothing, clear: nothing, writeLine: nothing },
};
