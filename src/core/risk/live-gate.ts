import { leaderOf } from "../copy/copy-rules.ts";
import type { Address } from "../ids/ids.ts";
import type { Significance } from "../performance/significance.ts";
import type { Signal, SignalType } from "../signals/signal.ts";
import type { Refusal } from "./limits.ts";

/** What the paper record lets trade live (strategy, section 7). */
export type LiveGate = {
  /** Signal types with a lower bound of edge above 0. */
  readonly types: readonly SignalType[];
  /** Wallets that a proven type is not copied from: their own record says the contrary. */
  readonly negative: readonly Address[];
};

/** @param records of the paper account */
export function liveGate(records: readonly Significance[]): LiveGate {
  const types = records.filter(({ source, verdict }) => source === null && verdict === "proven");
  const sources = records.filter(({ verdict }) => verdict === "negative").flatMap(({ source }) => source ?? []);
  return { types: types.map(({ signalType }) => signalType), negative: [...new Set(sources)] };
}

/** @param gate absent: there is none. @returns null: it may trade */
export function findGateRefusal(
  gate: LiveGate | undefined,
  signal: Pick<Signal, "type" | "trigger" | "category">,
): Refusal | null {
  if (gate === undefined) return null;
  const limit = "a proven paper record (LIVE_GATE)";
  if (!gate.types.includes(signal.type)) return { code: "NOT_PROVEN", limit, value: signal.type };
  const leader = leaderOf(signal);
  if (leader !== null && gate.negative.includes(leader.wallet))
    return { code: "NOT_PROVEN", limit, value: `${signal.type} of ${leader.wallet}: negative` };
  return null;
}
