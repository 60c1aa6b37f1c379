export type DemoOptions = {
  /** Simulated seconds per wall second. */
  readonly speed: number;
  readonly seed: number;
  /** Wall seconds after which the summary is printed; null: when a resolution has closed the first position and a minute has passed. */
  readonly seconds: number | null;
  /** Go on until Ctrl-C, and print the summary then. */
  readonly keep: boolean;
  readonly folder: string;
  /** Where to write the figures of the summary as JSON. */
  readonly report: string | null;
};

/** Wall seconds that the demo runs when nothing else is said. */
export const DEFAULT_SECONDS = 60;
/** Wall seconds after which the demo stops waiting for a position to close. */
export const PATIENCE_SECONDS = 240;
