import type { MarketFacts, ObservedFill, WalletFacts } from "../signals/observed-fill.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import type { EngineEvent, EventOf } from "./event.ts";

type FillObserved = EventOf<"fillObserved">;

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
  const { kind, at, fill, wallet, market, context } = event;
  const facts = { fill: valuesOf(fill, FILL), wallet: valuesOf(wallet, WALLET), market: valuesOf(market, MARKET) };
  const packed = { kind, at, ...facts };
  return context === undefined ? packed : { ...packed, context: toJson(context) };
}

/** Reads the form above, and the plain JSON that older versions kept for fills too. */
export function unpackEvent(json: Json): EngineEvent {
  const event = fromJson(json) as EngineEvent | (Pick<FillObserved, "kind" | "at"> & Packed);
  if (event.kind !== "fillObserved" || !isPacked(event)) return event as EngineEvent;
  const unpacked: FillObserved = {
    kind: "fillObserved",
    at: event.at,
    fill: recordOf(FILL, event.fill) as ObservedFill,
    wallet: recordOf(WALLET, event.wallet) as WalletFacts,
    market: recordOf(MARKET, event.market) as MarketFacts,
  };
  return event.context === undefined ? unpacked : { ...unpacked, context: event.context };
}

type Packed = Readonly<Record<"fill" | "wallet" | "market", readonly unknown[]>> & Pick<FillObserved, "context">;

const isPacked = (event: { readonly fill: unknown }): event is Packed => Array.isArray(event.fill);

const valuesOf = <Facts>(facts: Facts, names: readonly (keyof Facts)[]): readonly Json[] =>
  names.map((name) => toJson(facts[name]));

const recordOf = (names: readonly string[], values: readonly unknown[]): unknown =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
