import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../../adapters/system/terminal.ts";

/** Where the demo's output goes. */
export type DemoView = {
  /** A line that stays. */
  line(text: string): void;
  /** The current state; replaces the one before where the terminal can do that. */
  panel(lines: readonly string[]): void;
  /** Ends the live part; what follows is plain text. */
  close(): void;
};

const ESC = "\u001b[";

/** Colours take no room; in the panel they stand at the start of a line only. */
const cut = (line: string, width: number): string =>
  line.slice(0, width + line.length - stripVTControlCharacters(line).length);

/** Log lines scroll above a block that is redrawn in place. */
export function createPanelView(terminal: Terminal): DemoView {
  let panel: readonly string[] = [];
  const clear = (): string => (panel.length === 0 ? "" : `${ESC}${panel.length}A${ESC}0J`);
  const drawn = (): string => panel.map((line) => `${line}\n`).join("");
  return {
    line: (text) => terminal.write(`${clear()}${text}\n${drawn()}`),
    panel(lines) {
      const before = clear();
      // A wrapped line would take two rows and leave one behind at the next redraw.
      panel = lines.map((line) => cut(line, terminal.columns() - 1));
      terminal.write(`${before}${drawn()}`);
    },
    close() {
      terminal.write(clear());
      panel = [];
    },
  };
}

/** Where nothing can be redrawn: the panel's first lines now and then, between the log lines. */
export function createPlainView(terminal: Terminal, everyPanels: number): DemoView {
  let panels = 0;
  return {
    line: terminal.writeLine,
    panel(lines) {
      panels += 1;
      if (panels % everyPanels === 0) for (const line of lines.slice(0, 2)) terminal.writeLine(line.trim());
    },
    close: () => {},
  };
}
