import { MINUTE_MS, SECOND_MS } from "../core/time/time.ts";
import type { Clock } from "../ports/clock.ts";

const INTERACTIVE_MS = 100;
const PLAIN_MS = 10 * SECOND_MS;

/** One line that changes in place on a terminal; elsewhere a new line now and then. */
export type ProgressLine = {
  show(text: string): void;
  /** Leaves the line, so that what follows stands alone. */
  end(): void;
};

type Output = {
  readonly isInteractive: boolean;
  columns(): number;
  write(text: string): void;
  writeLine(line: string): void;
};

export function createProgressLine(terminal: Output, clock: Clock): ProgressLine {
  let shownAt: number | null = null;
  let isOpen = false;
  return {
    show(text) {
      const now = clock.nowMs();
      const pauseMs = terminal.isInteractive ? INTERACTIVE_MS : PLAIN_MS;
      if (shownAt !== null && now - shownAt < pauseMs) return;
      shownAt = now;
      if (!terminal.isInteractive) return terminal.writeLine(text);
      terminal.write(`\r\x1b[K${fitted(text, terminal.columns() - 1)}`);
      isOpen = true;
    },
    end() {
      if (isOpen) terminal.write("\r\x1b[K");
      isOpen = false;
    },
  };
}

/** Parts stand two spaces apart; where they are too many, those before the last one go first: it says how long it takes. */
function fitted(text: string, width: number): string {
  const parts = text.trimEnd().split("  ");
  while (parts.length > 2 && parts.join("  ").length > width) parts.splice(-2, 1);
  return parts.join("  ").slice(0, width);
}

export const showBar = (ratio: number, width = 20): string => {
  const full = Math.round(Math.min(Math.max(ratio, 0), 1) * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}`;
};

export function showLeft(leftMs: number | null): string {
  if (leftMs === null) return "";
  return leftMs < MINUTE_MS ? `${Math.ceil(leftMs / SECOND_MS)} s left` : `${Math.ceil(leftMs / MINUTE_MS)} min left`;
}

export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
