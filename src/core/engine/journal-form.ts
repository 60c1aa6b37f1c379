import type { MarketFacts, ObservedFill, WalletFacts } from "../signals/observed-fill.ts";
import { fromJson, type Json, toJson } from "./encode.ts";
import type { EngineEvent, EventOf } from "./event.ts";

type FillObserved = EventOf<"fillObserved">;

/** In this order they stand in the journal. New ones go to the end, where older rows have none. */
const FILL = [
  "blockNumber",
  "logIndex",
  "orderHash",
  "wallet",
  "side",
  "tokenId",
  "size",
  "cash",
  "occurredAt",
  "knownAt",
  "heldBefore",
] as const satisfies readonly (keyof ObservedFill)[];
const WALLET = [
  "score",
  "tier",
  "followEligible",
  "edgeLowerBound",
  "scoreVersion",
  "scoredAt",
] as const satisfies readonly (keyof WalletFacts)[];
const MARKET = [
  "marketId",
  "outcomeIndex",
  "title",
  "outcome",
  "eventId",
  "endsAt",
  "tickSize",
] as const satisfies readonly (keyof MarketFacts)[];

/**
 * An event as the journal keeps it. Nearly all of them are fills, of which a busy block brings thousands: those are
 * lists of values without their names. Any other is its plain JSON.
 */
export function packEvent(event: EngineEvent): Json {
  if (event.kind !== "fillObserved") return toJson(event);
  const { kind, at, fill, wallet, market } = event;
  return { kind, at, fill: valuesOf(fill, FILL), wallet: valuesOf(wallet, WALLET), market: valuesOf(market, MARKET) };
}

/** Reads the form above, and the plain JSON that older versions kept for fills too. */
export function unpackEvent(json: Json): EngineEvent {
  const event = fromJson(json) as EngineEvent | (Pick<FillObserved, "kind" | "at"> & Packed);
  if (event.kind !== "fillObserved" || !isPacked(event)) return event as EngineEvent;
  return {
    kind: "fillObserved",
    at: event.at,
    fill: recordOf(FILL, event.fill) as ObservedFill,
    wallet: recordOf(WALLET, event.wallet) as WalletFacts,
    market: recordOf(MARKET, event.market) as MarketFacts,
  };
}

type Packed = Readonly<Record<"fill" | "wallet" | "market", readonly unknown[]>>;

const isPacked = (event: { readonly fill: unknown }): event is Packed => Array.isArray(event.fill);

const valuesOf = <Facts>(facts: Facts, names: readonly (keyof Facts)[]): readonly Json[] =>
  names.map((name) => toJson(facts[name]));

const recordOf = (names: readonly string[], values: readonly unknown[]): unknown =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]));
