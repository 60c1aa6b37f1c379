import type { Database } from "../../adapters/postgres/connect.ts";
import { readOverview, readPositions, readScoredWallets } from "../../adapters/postgres/overview.ts";
import { createSystemClock, msSinceProcessStart } from "../../adapters/system/clock.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Milestones, NO_MILESTONES, updateMilestones } from "./milestones.ts";
import { DEFAULT_SECONDS, type DemoOptions, PATIENCE_SECONDS } from "./options.ts";
import { renderPanel } from "./panel.ts";
import type { DemoView } from "./view.ts";

const LOOK_EVERY_MS = 500;

export type WatchOptions = {
  readonly database: Database;
  /** The demo's fast clock. */
  readonly clock: Clock;
  readonly options: DemoOptions;
  readonly view: DemoView;
  readonly colours: boolean;
  readonly signal: AbortSignal;
};

export const secondsSinceStart = (): number => msSinceProcessStart() / 1_000;

/** Shows what goes on until the demo has shown enough, or `signal` aborts. @returns when the firsts were seen */
export async function watchDemo({
  database,
  clock,
  options,
  view,
  colours,
  signal,
}: WatchOptions): Promise<Milestones> {
  const wall = createSystemClock();
  let milestones = NO_MILESTONES;
  while (!signal.aborted) {
    const overview = await readOverview(database);
    const seconds = secondsSinceStart();
    milestones = updateMilestones(milestones, overview, seconds);
    const wallets = await readScoredWallets(database, 5);
    const positions = await readPositions(database, 6);
    view.panel(renderPanel({ seconds, simulatedNow: clock.nowMs(), overview, wallets, positions }, options, colours));
    if (hasShownEnough(options, milestones, seconds)) break;
    await wall.sleep(LOOK_EVERY_MS, signal);
  }
  return milestones;
}

export function hasShownEnough(
  { keep, seconds: limit }: DemoOptions,
  milestones: Milestones,
  seconds: number,
): boolean {
  if (keep) return false;
  if (limit !== null) return seconds >= limit;
  return seconds >= (milestones.firstResolvedSeconds === null ? PATIENCE_SECONDS : DEFAULT_SECONDS);
}
