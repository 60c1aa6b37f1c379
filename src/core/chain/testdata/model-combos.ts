import type { Address, TokenId } from "../../ids/ids.ts";
import { COMBINATORIAL_MODULE, ROUTER } from "../infrastructure.ts";
import type { ModelChain, ModelMarket } from "./model-chain.ts";
import { burn, eventIdOf, handOver, mint, protocolEvent, protocolMarket } from "./model-modules.ts";

/** The combinatorial module, both generations of its events. */

export const BASE = protocolMarket(3, "base");
export const CHILD_YES = protocolMarket(3, "base and yes");
export const CHILD_NO = protocolMarket(3, "base and no");
export const UNDERLYING = protocolMarket(1, "underlying");
export const EVENT = protocolEvent("combo event", 2);
export const CHILDREN = [0, 1, 2].map((index) => protocolMarket(3, `child ${index}`));

const M = COMBINATORIAL_MODULE;
const P = { indexedUser: "address indexed user", full: "bytes31 indexed fullConditionId" };

export type Step = {
  readonly name: string;
  readonly given: readonly TokenId[];
  readonly received: readonly TokenId[];
  readonly cash?: bigint;
  readonly signature: string;
  readonly args: (user: Address, recipient: Address, amount: bigint) => readonly unknown[];
  /** Emitted before the tokens move. */
  readonly early?: boolean;
};

const yes = ({ tokens }: ModelMarket): TokenId => tokens[0];
const no = ({ tokens }: ModelMarket): TokenId => tokens[1];
const pair = `${P.indexedUser}, bytes31 indexed parentConditionId, bytes31 childYesConditionId, bytes31 childNoConditionId`;
const event = `${P.indexedUser}, bytes31 indexed parentConditionId, bytes29 indexed eventId`;
const residual = `${P.indexedUser}, ${P.full}, bytes31 reducedConditionId, bytes31 residualConditionId`;
const compressed = `${P.indexedUser}, uint256 indexed oldPositionId, uint256 indexed newPositionId`;
const EVENT_ID = eventIdOf(EVENT[0] as ModelMarket);
const ids = [BASE.id, CHILD_YES.id, CHILD_NO.id];
const three = (to: Address): readonly Address[] => [to, to, to];

export const STEPS: readonly Step[] = [
  {
    name: "split on a condition",
    given: [yes(BASE)],
    received: [yes(CHILD_YES), yes(CHILD_NO)],
    signature: `event SplitOnCondition(${pair}, address recipient0, address recipient1, uint256 amount)`,
    args: (by, to, amount) => [by, ...ids, to, to, amount],
  },
  {
    name: "merge on a condition",
    given: [yes(CHILD_YES), yes(CHILD_NO)],
    received: [yes(BASE)],
    signature: `event MergedOnCondition(${pair}, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, ...ids, to, amount],
  },
  {
    name: "split on an event",
    given: [yes(BASE)],
    received: CHILDREN.map(yes),
    signature: `event SplitOnEvent(${event}, address[] recipients, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, EVENT_ID, three(to), amount],
  },
  {
    name: "merge on an event",
    given: CHILDREN.map(yes),
    received: [yes(BASE)],
    signature: `event MergedOnEvent(${event}, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, EVENT_ID, to, amount],
  },
  {
    name: "convert on an event",
    given: [yes(BASE)],
    received: [yes(CHILD_YES), yes(CHILD_NO)],
    signature: `event ConvertedOnEvent(${event}, uint256 conditionIndex, address[] recipients, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, EVENT_ID, 0n, [to, to], amount],
  },
  {
    name: "convert on an event, told first",
    early: true,
    given: [yes(BASE)],
    received: [yes(CHILD_YES), yes(CHILD_NO)],
    signature: `event ConvertedOnEvent(${event}, uint256 conditionIndex, address[] recipients, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, EVENT_ID, 0n, [to, to], amount],
  },
  {
    name: "extract",
    given: [no(BASE)],
    received: [no(CHILD_NO), yes(CHILD_YES)],
    signature: `event Extracted(${residual}, address recipient0, address recipient1, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, CHILD_NO.id, CHILD_YES.id, to, to, amount],
  },
  {
    name: "inject",
    given: [no(CHILD_NO), yes(CHILD_YES)],
    received: [no(BASE)],
    signature: `event Injected(${residual}, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, CHILD_NO.id, CHILD_YES.id, to, amount],
  },
  {
    name: "inject, earlier",
    given: [no(CHILD_NO), yes(CHILD_YES)],
    received: [no(BASE)],
    signature: `event Injected(${residual}, uint256 amount)`,
    args: (by, _, amount) => [by, BASE.id, CHILD_NO.id, CHILD_YES.id, amount],
  },
  {
    name: "to a basket",
    given: [no(BASE)],
    received: CHILDREN.map(yes),
    signature: `event ConvertedToYesBasket(${P.indexedUser}, ${P.full}, address[] recipients, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, three(to), amount],
  },
  {
    name: "to a basket, earlier",
    given: [no(BASE)],
    received: CHILDREN.map(yes),
    signature: `event ConvertedToYesBasket(${P.indexedUser}, ${P.full}, uint256 amount)`,
    args: (by, _, amount) => [by, BASE.id, amount],
  },
  {
    name: "from a basket",
    given: CHILDREN.map(yes),
    received: [no(BASE)],
    signature: `event MergedFromYesBasket(${P.indexedUser}, ${P.full}, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, BASE.id, to, amount],
  },
  {
    name: "from a basket, earlier",
    given: CHILDREN.map(yes),
    received: [no(BASE)],
    signature: `event MergedFromYesBasket(${P.indexedUser}, ${P.full}, uint256 amount)`,
    args: (by, _, amount) => [by, BASE.id, amount],
  },
  {
    name: "compress",
    given: [no(BASE)],
    received: [no(CHILD_NO)],
    cash: 40n,
    signature: `event Compressed(${compressed}, address recipient, uint256 amount, uint256 positionAmount, uint256 collateralOut)`,
    args: (by, to, amount) => [by, BigInt(no(BASE)), BigInt(no(CHILD_NO)), to, amount, amount, 40n],
  },
  {
    name: "compress, earlier",
    given: [no(BASE)],
    received: [no(CHILD_NO)],
    cash: 40n,
    signature: `event Compressed(${compressed}, uint256 amount, uint256 positionAmount, uint256 collateralOut)`,
    args: (by, _, amount) => [by, BigInt(no(BASE)), BigInt(no(CHILD_NO)), amount, amount, 40n],
  },
  {
    name: "unwrap",
    given: [yes(BASE)],
    received: [yes(UNDERLYING)],
    signature: `event Unwrapped(${P.indexedUser}, uint256 combinatorialPositionId, uint256 underlyingPositionId, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, BigInt(yes(BASE)), BigInt(yes(UNDERLYING)), to, amount],
  },
  {
    name: "wrap",
    given: [yes(UNDERLYING)],
    received: [yes(BASE)],
    signature: `event Wrapped(${P.indexedUser}, uint256 underlyingPositionId, uint256 combinatorialPositionId, address recipient, uint256 amount)`,
    args: (by, to, amount) => [by, BigInt(yes(UNDERLYING)), BigInt(yes(BASE)), to, amount],
  },
];

export function takeStep(chain: ModelChain, by: Address, step: Step, amount: bigint): void {
  for (const token of step.given) chain.balances.set(`positionManager ${by} ${token}`, amount);
  handOver(chain, ROUTER, by, M, step.given, amount);
  const tell = (): void => chain.emit(M, step.signature, step.args(ROUTER, by, amount));
  if (step.early === true) tell();
  for (const token of step.received) mint(chain, M, by, token, amount);
  burn(chain, M, step.given, amount);
  if (step.early !== true) tell();
}
