import { NEG_RISK_ADAPTER } from "./contracts.ts";
import { ctfOperation, stakeholderOf, type TokensOf } from "./ctf-operations.ts";
import type { DecodedEvent } from "./decode-event.ts";
import type { NegRiskEvent } from "./decode-neg-risk.ts";
import type { Movement } from "./decode-transfer.ts";
import type { LogPosition } from "./fill.ts";
import { infrastructureOf, ZERO_ADDRESS } from "./infrastructure.ts";
import type { LifecycleEvent } from "./lifecycle-event.ts";
import { isModuleEvent, type ModuleEvent, moduleOperation } from "./module-operations.ts";
import { conversion, type NegRiskMarketFacts } from "./neg-risk-conversion.ts";
import { type Operation, positionOutcome, positionToken, type TokenOutcome } from "./operation.ts";

export type OperationContext = {
  /** By the id of the group of markets; null when it is not known. */
  readonly negRiskMarket: (negRiskMarketId: string) => NegRiskMarketFacts | null;
  readonly tokensOf: TokensOf;
};

type Walk = {
  operations: Operation[];
  /** Minted or burned, and no event has said why yet. */
  readonly supply: Record<Movement["ledger"], Movement[]>;
  /** Conditional Tokens moved between addresses since the NegRiskAdapter's last event. */
  moved: Movement[];
  /** Conditional Tokens handed to a module. */
  readonly legacy: Movement[];
  /** Done by the NegRiskAdapter at Conditional Tokens; its own event, which names the user, follows. */
  adapter: Operation[];
  /** An event that a module emits before it mints and burns. */
  awaiting: { readonly event: DecodedEvent<"comboConvertedOnEvent">; readonly movements: Movement[] } | null;
};

/**
 * Puts the events and movements of one transaction together into operations. Contracts mint and burn first and emit
 * the event after, so an event owns what its contract made and destroyed since the last one.
 */
export function findOperations(events: readonly LifecycleEvent[], context: OperationContext): readonly Operation[] {
  const walk: Walk = {
    operations: [],
    supply: { conditionalTokens: [], positionManager: [] },
    moved: [],
    legacy: [],
    adapter: [],
    awaiting: null,
  };
  for (const event of events) {
    if (event.name === "transfer") for (const movement of event.movements) onMovement(walk, movement);
    else if (event.name === "negRisk") onNegRisk(walk, event.event, context);
    else onEvent(walk, event, context);
  }
  // The adapter never splits, merges or redeems without saying so: its own event is missing.
  for (const inner of walk.adapter) inner.problem = "SUPPLY_WITHOUT_EVENT";
  return walk.operations;
}

function onMovement(walk: Walk, movement: Movement): void {
  const { ledger, from, to } = movement;
  if (from === ZERO_ADDRESS || to === ZERO_ADDRESS) {
    if (!ownedByAwaiting(walk, movement)) walk.supply[ledger].push(movement);
  } else if (ledger === "conditionalTokens") {
    walk.moved.push(movement);
    if (infrastructureOf(to)?.kind === "module") walk.legacy.push(movement);
  }
}

/** The input is burned last. */
function ownedByAwaiting(walk: Walk, movement: Movement): boolean {
  const { awaiting } = walk;
  if (awaiting === null || movement.operator !== awaiting.event.address) return false;
  awaiting.movements.push(movement);
  if (isInputOf(awaiting.event, movement)) {
    walk.operations.push(moduleOperation(awaiting.event, awaiting.movements));
    walk.awaiting = null;
  }
  return true;
}

const isInputOf = (event: DecodedEvent<"comboConvertedOnEvent">, { to, tokenId }: Movement): boolean =>
  to === ZERO_ADDRESS && tokenId === positionToken(event.args.parentConditionId, 0);

/** Takes out of `from` what fits, and leaves the rest. */
function claim(from: Movement[], fits: (movement: Movement) => boolean): readonly Movement[] {
  const claimed = from.filter(fits);
  const rest = from.filter((movement) => !fits(movement));
  from.splice(0, from.length, ...rest);
  return claimed;
}

function onEvent(walk: Walk, event: DecodedEvent, context: OperationContext): void {
  switch (event.name) {
    case "ctfSplit":
    case "ctfMerge":
    case "ctfRedemption": {
      const stakeholder = stakeholderOf(event);
      const owned = claim(walk.supply.conditionalTokens, ({ from, to }) => from === stakeholder || to === stakeholder);
      const operation = ctfOperation(event, owned, context.tokensOf);
      walk.operations.push(operation);
      if (stakeholder === NEG_RISK_ADAPTER) walk.adapter.push(operation);
      return;
    }
    case "negRiskRedemption": {
      const { conditionId, redeemer, payout } = event.args;
      const inner = closeInner(walk, "redeem", conditionId);
      if (inner !== null) Object.assign(inner, { named: [redeemer], cash: payout, position: positionOf(event) });
      walk.moved = [];
      return;
    }
    case "positionMigrated":
      onMigrated(walk, event);
      return;
    default:
      if (isModuleEvent(event)) onModule(walk, event);
  }
}

const positionOf = ({ blockNumber, logIndex }: LogPosition): LogPosition => ({ blockNumber, logIndex });

/** The adapter's event of what it did at Conditional Tokens just before. */
function closeInner(walk: Walk, kind: Operation["kind"], marketId: string): Operation | null {
  const inner = walk.adapter.findLast((each) => each.kind === kind && each.marketId === marketId);
  walk.adapter = walk.adapter.filter((each) => each !== inner);
  return inner ?? null;
}

function onNegRisk(walk: Walk, event: NegRiskEvent, context: OperationContext): void {
  if (event.kind === "convert") {
    // A split that the adapter's own event did not close is one of a conversion.
    const splits = walk.adapter.filter(({ kind }) => kind === "split");
    const operation = conversion(event, splits, walk.moved, context.negRiskMarket(event.negRiskMarketId));
    walk.operations = [...walk.operations.filter((each) => !splits.includes(each)), operation];
    walk.adapter = walk.adapter.filter((each) => !splits.includes(each));
  } else {
    const inner = closeInner(walk, event.kind, event.marketId);
    if (inner === null) walk.operations.push(withoutInner(event));
    else Object.assign(inner, { named: [event.stakeholder], position: positionOf(event) });
  }
  walk.moved = [];
}

const withoutInner = (event: Extract<NegRiskEvent, { kind: "split" | "merge" }>): Operation => ({
  kind: event.kind,
  position: positionOf(event),
  address: NEG_RISK_ADAPTER,
  marketId: event.marketId,
  named: [event.stakeholder],
  minted: [],
  taken: [],
  tokens: new Map(),
  cash: event.kind === "split" ? -event.amount : event.amount,
  isForeign: false,
  problem: null,
});

function onModule(walk: Walk, event: ModuleEvent): void {
  const { supply } = walk;
  const isOwned = ({ operator }: Movement): boolean => operator === event.address;
  if (
    event.name === "comboConvertedOnEvent" &&
    !supply.positionManager.some((each) => isOwned(each) && isInputOf(event, each))
  ) {
    walk.awaiting = { event, movements: [] };
    return;
  }
  walk.operations.push(moduleOperation(event, claim(supply.positionManager, isOwned)));
}

/** Tokens go in and positions come out in the order of the events, one event each. */
function onMigrated(walk: Walk, event: DecodedEvent<"positionMigrated">): void {
  const { from, positionId, outcomeIndex, amount } = event.args;
  if (amount === 0n) return;
  const takeFirst = (list: Movement[], fits: (movement: Movement) => boolean): readonly Movement[] => {
    const index = list.findIndex(fits);
    return index === -1 ? [] : list.splice(index, 1);
  };
  const minted = takeFirst(
    walk.supply.positionManager,
    (each) => each.to === from && each.amount === amount && each.tokenId === positionId.toString(),
  );
  const taken = takeFirst(
    walk.legacy,
    (each) => each.from === from && each.to === event.address && each.amount === amount,
  );
  const outcome: TokenOutcome["outcome"] = outcomeIndex === 0n ? 0 : 1;
  walk.operations.push({
    kind: "migrate",
    position: positionOf(event),
    address: event.address,
    marketId: null,
    named: [from],
    minted,
    taken,
    tokens: new Map([
      ...minted.map(({ tokenId }) => [tokenId, positionOutcome(tokenId)] as const),
      ...taken.map(({ tokenId }) => [tokenId, { marketId: null, outcome }] as const),
    ]),
    cash: 0n,
    isForeign: false,
    problem: minted.length === 1 && taken.length === 1 ? null : "AMOUNTS_DIFFER",
  });
}
