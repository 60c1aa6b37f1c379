import type { MarketFacts, ObservedFill, WalletFacts } from "../signals/observed-fill.ts";
import type { EpochMs } from "../time/time.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import type { EngineEvent, EventOf } from "./event.ts";

export type FillObserved = EventOf<"fillObserved">;

/** Every name of a record, in the order in which their values stand in the journal: a new one goes to the end. */
const namesOf = <Name extends string>(names: Readonly<Record<Name, 0>>) =>
  Object.keys(names) as unknown as readonly Name[];

const FILL = namesOf<keyof ObservedFill>({
  blockNumber: 0,
  logIndex: 0,
  orderHash: 0,
  wallet: 0,
  side: 0,
  tokenId: 0,
  size: 0,
  cash: 0,
  occurredAt: 0,
  knownAt: 0,
  heldBefore: 0,
});
const WALLET = namesOf<keyof WalletFacts>({
  score: 0,
  tier: 0,
  followEligible: 0,
  edgeLowerBound: 0,
  scoreVersion: 0,
  scoredAt: 0,
});
const MARKET = namesOf<keyof MarketFacts>({
  marketId: 0,
  outcomeIndex: 0,
  title: 0,
  outcome: 0,
  eventId: 0,
  endsAt: 0,
  tickSize: 0,
  category: 0,
  negRisk: 0,
});

/**
 * An event as the journal keeps it. Nearly all of them are fills, of which a busy block brings thousands: those are
 * lists of values without their names. Any other is its plain JSON.
 */
export function packEvent(event: EngineEvent): Json {
  if (event.kind !== "fillObserved") return toJson(event);
  return { kind: event.kind, at: event.at, ...packFacts(event) };
}

function packFacts({ fill, wallet, market, context }: Omit<FillObserved, "kind" | "at">) {
  const facts = { fill: valuesOf(fill, FILL), wallet: valuesOf(wallet, WALLET), market: valuesOf(market, MARKET) };
  return context === undefined ? facts : { ...facts, context: toJson(context) };
}

/** Fills that were told one after the other at the same time, as JSON text. */
export const packFills = (events: readonly FillObserved[]): string => JSON.stringify(events.map(packFacts));

/** @param at when they were told */
export const unpackFills = (text: string, at: EpochMs): readonly FillObserved[] =>
  (fromJson(JSON.parse(text)) as readonly Packed[]).map((facts) => recordsOf(at, facts));

/** Reads the form of `packEvent`, and the plain JSON that older versions kept for fills too. */
export function unpackEvent(json: Json): EngineEvent {
  const event = fromJson(json) as EngineEvent | (Pick<FillObserved, "kind" | "at"> & Packed);
  if (event.kind !== "fillObserved" || !isPacked(event)) return event as EngineEvent;
  return recordsOf(event.at, event);
}

function recordsOf(at: EpochMs, packed: Packed): FillObserved {
  const event: FillObserved = {
    ...{ kind: "fillObserved", at },
    fill: recordOf(FILL, packed.fill) as ObservedFill,
    wallet: recordOf(WALLET, packed.wallet) as WalletFacts,
    market: recordOf(MARKET, packed.market) as MarketFacts,
  };
  return packed.context === undefined ? event : { ...event, context: packed.context };
}

type Packed = Readonly<Record<"fill" | "wallet" | "market", readonly unknown[]>> & Pick<FillObserved, "context">;

const isPacked = (event: { readonly fill: unknown }): event is Packed => Array.isArray(event.fill);

const valuesOf = <Facts>(facts: Facts, names: readonly (keyof Facts)[]): readonly Json[] =>
  names.map((name) => toJson(facts[name]));

const recordOf = (names: readonly string[], values: readonly unknown[]): unknown =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
