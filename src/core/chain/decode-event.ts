import { type AbiEvent, type AbiParameter, type ParseAbiItem, parseAbiItem, toEventSelector } from "viem";
import { assert } from "../assert.ts";
import type { Address } from "../ids/ids.ts";
import { type AbiType, isAbiType, readAbi, readTopic } from "./abi-words.ts";
import { CONDITIONAL_TOKENS, NEG_RISK_ADAPTER } from "./contracts.ts";
import { type Emitter, EVENT_SIGNATURES } from "./event-signatures.ts";
import type { LogPosition, RawLog } from "./fill.ts";
import { malformed } from "./hex-words.ts";
import { infrastructureOf, NEG_RISK_OPERATOR, POSITION_MANAGER, UPGRADEABLE } from "./infrastructure.ts";

/** Strict decoding by table, for events that are rare next to fills and transfers. */

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
  readonly indexed: Parameters;
  readonly plain: Parameters;
};

type Parameters = { readonly names: readonly string[]; readonly types: readonly AbiType[] };

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
        indexed: parametersOf(event.inputs.filter((input) => input.indexed === true)),
        plain: parametersOf(event.inputs.filter((input) => input.indexed !== true)),
      });
    }
  }
  return definitions;
}

function parametersOf(inputs: readonly AbiParameter[]): Parameters {
  const types = inputs.map(({ type }) => type);
  assert(types.every(isAbiType), "the reader knows every type of the table", { types: types.join() });
  return { names: inputs.map(({ name }) => name ?? ""), types };
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
  const { topics, data, blockNumber, logIndex, address } = log;
  if (topics.length !== indexed.names.length + 1) {
    throw malformed(`${name}: ${topics.length} topics instead of ${indexed.names.length + 1}`);
  }
  const args: Record<string, unknown> = {};
  indexed.names.forEach((parameter, index) => {
    args[parameter] = readTopic(indexed.types[index] as AbiType, topics[index + 1] as string);
  });
  const values = readAbi(plain.types, data);
  plain.names.forEach((parameter, index) => {
    args[parameter] = values[index];
  });
  return { blockNumber, logIndex, name, address, args } as DecodedEvent;
}
