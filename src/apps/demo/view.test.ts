import { expect, test } from "vitest";
import { unseen } from "../../../test/support/unseen.ts";
import type { Terminal } from "../../adapters/system/terminal.ts";
import { createPanelView, createPlainView } from "./view.ts";

/** A terminal that understands "n lines up" and "clear below", and shows what would stand on the screen. */
function createScreen(columns: number): Terminal & { readonly rows: string[] } {
  const rows: string[] = [];
  const write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads
    const up = /^\u001b\[(\d+)A\u001b\[0J/.exec(text);
    if (up !== null) rows.splice(rows.length - Number(up[1]));
    const rest = text.slice(up?.[0].length ?? 0);
    if (rest !== "") rows.push(...rest.slice(0, -1).split("\n"));
  };
  return {
    rows,
    isInteractive: true,
    colours: false,
    columns: () => columns,
    write,
    progress: unseen,
    writeLine: (line) => write(`${line}\n`),
  };
}

test("lines scroll above the panel, which is always last and stands there once", () => {
  const screen = createScreen(20);
  const view = createPanelView(screen);
  view.panel(["A", "B"]);
  view.line("one");
  view.panel(["C"]);
  view.line("two");
  expect(screen.rows).toEqual(["one", "two", "C"]);
  view.panel(["a line much wider than the screen", "D"]);
  expect(screen.rows).toEqual(["one", "two", "a line much wider t", "D"]);
  view.panel(["\u001b[33mcoloured\u001b[39m and wider than the screen"]);
  expect(screen.rows.at(-1)).toBe("\u001b[33mcoloured\u001b[39m and wider ");
  view.close();
  expect(screen.rows).toEqual(["one", "two"]);
});

test("without a terminal to redraw, the head of every n-th panel is a line", () => {
  const screen = createScreen(80);
  const view = createPlainView(screen, 2);
  view.panel(["A1", "A2", "A3"]);
  view.line("one");
  view.panel(["B1", "B2", "B3"]);
  expect(screen.rows).toEqual(["one", "B1", "B2"]);
});
