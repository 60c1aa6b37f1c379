import type { ProgressOutput } from "../adapters/system/terminal.ts";
import { type EpochMs, isoDate, MINUTE_MS, SECOND_MS } from "../core/time/time.ts";
import type { Clock } from "../ports/clock.ts";
import { showCount, showPercent } from "./table.ts";

const INTERACTIVE_MS = 100;
const PLAIN_MS = 10 * SECOND_MS;

/** One line that changes in place on a terminal; elsewhere a new line now and then. */
export type ProgressLine = {
  /** Parts stand two spaces apart, the most important first, and last how long it takes. */
  show(text: string): void;
  /** Leaves the line, so that what follows stands alone. */
  end(): void;
};

export function createProgressLine({ progress }: { readonly progress: ProgressOutput }, clock: Clock): ProgressLine {
  let shownAt: number | null = null;
  return {
    show(text) {
      const now = clock.nowMs();
      const pauseMs = progress.isInteractive ? INTERACTIVE_MS : PLAIN_MS;
      if (shownAt !== null && now - shownAt < pauseMs) return;
      shownAt = now;
      if (progress.isInteractive) progress.replace(fitted(text.trimEnd(), progress.columns() - 1));
      else progress.writeLine(text.trimEnd());
    },
    end: progress.clear,
  };
}

/** Where parts are too many, those before the last one go first, then half of the bar. */
function fitted(text: string, width: number): string {
  const parts = text.split("  ");
  const length = (): number => parts.join("  ").length;
  while (parts.length > 2 && length() > width) parts.splice(-2, 1);
  if (length() > width)
    parts[0] = (parts[0] ?? "").replace(/^[█░]+/, (bar) => [...bar].filter((_, i) => i % 2).join(""));
  return parts.join("  ").slice(0, width);
}

const showBar = (ratio: number, width: number): string => {
  const full = Math.round(Math.min(Math.max(ratio, 0), 1) * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}`;
};

/** ██████░░░░░░░░░░░░░░ 30.0 % */
export const showShare = (share: number, width = 20): string =>
  `${showBar(share, width)} ${showPercent(Math.min(Math.max(share, 0), 1))}`;

export function showLeft(leftMs: number | null): string {
  if (leftMs === null) return "";
  return leftMs < MINUTE_MS ? `${Math.ceil(leftMs / SECOND_MS)} s left` : `${Math.ceil(leftMs / MINUTE_MS)} min left`;
}

/** Says how long is left at the pace so far; nothing as long as that would be a guess. */
export function createPace(clock: Clock): (share: number) => string {
  const begun = clock.nowMs();
  return (share) => {
    const gone = clock.nowMs() - begun;
    return gone < SECOND_MS || share <= 0 ? "" : showLeft((gone * (1 - share)) / share);
  };
}

/** How far a pass over the past has come. */
export function createRunText(
  clock: Clock,
): (progress: { readonly fills: number; readonly of: number; readonly at: EpochMs | null }) => string {
  const left = createPace(clock);
  return ({ fills, of, at }) => {
    const share = fills / Math.max(1, of);
    return `${showShare(share)}  ${at === null ? "" : isoDate(at)}  ${showCount(fills)} fills  ${left(share)}`;
  };
}

export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
