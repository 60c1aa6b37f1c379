import {
  type AbiEvent,
  type AbiParameter,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  type ParseAbiItem,
  parseAbiItem,
  toEventSelector,
} from "viem";
import { assert } from "../assert.ts";
import { PayloadError } from "../errors.ts";
import type { Address } from "../ids/ids.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "./contracts.ts";
import { type Emitter, EVENT_SIGNATURES } from "./event-signatures.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { malformed } from "./hex-words.ts";
import { infrastructureOf, NEG_RISK_OPERATOR, POSITION_MANAGER, UPGRADEABLE } from "./infrastructure.ts";

/**
 * Strict decoding by table, for events that are rare next to fills and transfers: what is decoded must encode to the
 * same bytes again, so number of topics, length of data, offsets and padding are all checked by one comparison.
 */

type Groups = typeof EVENT_SIGNATURES;
export type EventName = { [E in Emitter]: keyof Groups[E] }[Emitter];
type SignatureOf<N extends EventName> = { [E in Emitter]: N extends keyof Groups[E] ? Groups[E][N] : never }[Emitter];
type InputsOf<S> =
  ParseAbiItem<S extends string ? S : never> extends { readonly inputs: infer I extends readonly AbiParameter[] }
    ? I[number]
    : never;

/** Addresses and bytes are lower-case `0x…` text, integers bigint. */
type ValueOf<T extends string> = T extends `${infer Element}[]`
  ? readonly ValueOf<Element>[]
  : T extends "address"
    ? Address
    : T extends "bool"
      ? boolean
      : T extends `uint${string}`
        ? bigint
        : string;

export type EventArgs<N extends EventName> = {
  readonly [P in InputsOf<SignatureOf<N>> as P["name"] & string]: ValueOf<P["type"]>;
};

export type DecodedEvent<N extends EventName = EventName> = {
  [Name in N]: LogPosition & { readonly name: Name; readonly address: Address; readonly args: EventArgs<Name> };
}[N];

type Definition = {
  readonly name: EventName;
  readonly emitter: Emitter;
  readonly indexed: readonly AbiParameter[];
  readonly plain: readonly AbiParameter[];
};

const DEFINITIONS: ReadonlyMap<string, Definition> = define();

function define(): ReadonlyMap<string, Definition> {
  const definitions = new Map<string, Definition>();
  for (const [emitter, signatures] of Object.entries(EVENT_SIGNATURES)) {
    for (const [name, signature] of Object.entries(signatures as Record<string, string>)) {
      const event = parseAbiItem(signature as string) as AbiEvent;
      const topic = toEventSelector(event);
      assert(!definitions.has(topic), "each topic belongs to one event", { name });
      definitions.set(topic, {
        name: name as EventName,
        emitter: emitter as Emitter,
        indexed: event.inputs.filter((input) => input.indexed === true),
        plain: event.inputs.filter((input) => input.indexed !== true),
      });
    }
  }
  return definitions;
}

/** Topic 0 of every event of the table, for log filters. */
export const EVENT_TOPICS: ReadonlyMap<string, EventName> = new Map(
  [...DEFINITIONS].map(([topic, { name }]) => [topic, name]),
);

const upgradeable: ReadonlySet<Address> = new Set(UPGRADEABLE.map((each) => each.address));

function emits(address: Address, emitter: Emitter): boolean {
  switch (emitter) {
    case "conditionalTokens":
      return address === CONDITIONAL_TOKENS;
    case "negRiskAdapter":
      return address === NEG_RISK_ADAPTER;
    case "negRiskOperator":
      return address === NEG_RISK_OPERATOR;
    case "positionManager":
      return address === POSITION_MANAGER;
    case "proxy":
      return upgradeable.has(address);
    case "feeModule":
    case "module":
      return infrastructureOf(address)?.kind === emitter;
  }
}

/**
 * @returns null for a topic that is not in the table, or of a contract whose events it does not mean: anybody can emit
 * an event of the same name.
 * @throws PayloadError for a known event of the right contract with another shape.
 */
export function decodeEvent(log: RawLog): DecodedEvent | null {
  const definition = DEFINITIONS.get(log.topics[0] ?? "");
  if (definition === undefined || !emits(log.address, definition.emitter)) return null;
  const { name, indexed, plain } = definition;
  if (log.topics.length !== indexed.length + 1) {
    throw malformed(`${name}: ${log.topics.length} topics instead of ${indexed.length + 1}`);
  }
  const args: Record<string, unknown> = {};
  indexed.forEach((parameter, index) => {
    read([parameter], log.topics[index + 1] as string, name, args);
  });
  read(plain, log.data, name, args);
  return { blockNumber: log.blockNumber, logIndex: log.logIndex, name, address: log.address, args } as DecodedEvent;
}

function read(
  parameters: readonly AbiParameter[],
  encoded: string,
  name: EventName,
  into: Record<string, unknown>,
): void {
  if (parameters.length === 0) {
    if (encoded !== "0x") throw malformed(`${name}: data where there should be none`);
    return;
  }
  let values: readonly unknown[];
  try {
    values = decodeAbiParameters(parameters, encoded as Hex);
    if (encodeAbiParameters(parameters, values) !== encoded) throw malformed(`${name}: not in canonical form`);
  } catch (error) {
    if (error instanceof PayloadError) throw error;
    throw new PayloadError("LOG_MALFORMED", `${name}: does not decode`, {}, { cause: error });
  }
  parameters.forEach((parameter, index) => {
    into[parameter.name as string] = lower(parameter.type, values[index]);
  });
}

function lower(type: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => lower(type.slice(0, -2), each));
  return type === "address" ? (value as string).toLowerCase() : value;
}
