import type { Address } from "../ids/ids.ts";
import type { TokensOf } from "./ctf-operations.ts";
import type { Movement } from "./decode-transfer.ts";
import { compareLogPosition, type Fill } from "./fill.ts";
import { infrastructureOf } from "./infrastructure.ts";
import type { LifecycleEffect, Unattributed, UnattributedReason } from "./lifecycle-effect.ts";
import type { LifecycleEvent } from "./lifecycle-event.ts";
import type { NegRiskMarketFacts } from "./neg-risk-conversion.ts";
import type { Operation } from "./operation.ts";
import { findOperations } from "./operations.ts";
import { type Draft, type Leg, type Legs, settleOperation, transfer } from "./settle-operation.ts";
import { custodyRole, type Flow, followTokens } from "./token-flows.ts";
import { tokensOfCondition } from "./token-ids.ts";

export type TransactionEvents = {
  /** Of one transaction, in log order, with every ERC-1155 movement of both token contracts. */
  readonly events: readonly LifecycleEvent[];
  /** Of the same transaction: what moved in a trade is theirs. */
  readonly fills: readonly Fill[];
};

export type LifecycleContext = {
  /** As of this transaction; null when it is not known. @param negRiskMarketId id of the group of markets. */
  readonly negRiskMarket: (negRiskMarketId: string) => NegRiskMarketFacts | null;
  /** A memory of tokens already computed; by default each is computed. */
  readonly tokensOf?: TokensOf;
};

export type Attribution = {
  readonly effects: readonly LifecycleEffect[];
  readonly unattributed: readonly Unattributed[];
};

/** More than any market of the venue can hold, and than its columns can: somebody else's use of Conditional Tokens. */
const AMOUNT_MAX = (1n << 63n) - 1n;

/**
 * Who did what to their holdings in one transaction, apart from trading (on-chain sheet, sections 3.6, 5.1 and 5.2).
 * Splits and merges inside a match are nobody's; what an adapter, router or redeemer does for a user is the user's.
 * Tokens of projects other than the venue can appear in transfers: the caller knows which tokens are markets'.
 */
export function attributeLifecycle(transaction: TransactionEvents, context: LifecycleContext): Attribution {
  const { events, fills } = transaction;
  const movements = events.flatMap((event) => (event.name === "transfer" ? event.movements : []));
  const traders: ReadonlySet<Address> = new Set(fills.map(({ wallet }) => wallet));
  const flows = followTokens(movements, traders);
  const operations = findOperations(events, {
    negRiskMarket: context.negRiskMarket,
    tokensOf: context.tokensOf ?? tokensOfCondition,
  });
  const { flowsOf, free } = assignFlows(operations, flows);
  const wallets = findWallets(operations, flowsOf);
  const drafts: Draft[] = [];
  const unattributed: Unattributed[] = [];
  for (const operation of operations) {
    const own = flowsOf.get(operation);
    if (operation.isForeign) continue;
    if (own === undefined) {
      const reason = operation.problem ?? (operation.cash === 0n ? null : "EVENT_WITHOUT_SUPPLY");
      if (reason !== null) unattributed.push({ ...operation.position, reason });
      continue;
    }
    const wallet = wallets.get(operation);
    if (wallet === undefined) {
      if (!own.given.concat(own.received).some(touchesVenue))
        unattributed.push({ ...operation.position, reason: "NO_WALLET" });
      continue;
    }
    const settled = settleOperation(operation, wallet, legsOf(own, wallets, wallet));
    drafts.push(...settled.drafts);
    if (settled.problem !== null) unattributed.push({ ...operation.position, reason: settled.problem });
  }
  for (const flow of free) {
    if (flow.from.kind === "supply" || flow.to.kind === "supply") {
      if (flow.from.kind === "wallet" || flow.to.kind === "wallet")
        unattributed.push(reportOf(flow, "SUPPLY_WITHOUT_EVENT"));
    } else if (flow.amount <= AMOUNT_MAX && isTransfer(flow, traders)) {
      drafts.push(transfer(flow.movement, flow.from.address, flow.to.address, flow));
    }
  }
  unattributed.push(...flows.filter(isUnbalanced).map((flow) => reportOf(flow, "CUSTODY_UNBALANCED")));
  return { effects: numbered(drafts), unattributed };
}

type OperationFlows = { readonly given: Flow[]; readonly received: Flow[]; readonly linked: Map<Flow, Operation> };

/** A flow from one operation's mint to another's burn belongs to both: an intermediate product that no wallet saw. */
function assignFlows(operations: readonly Operation[], flows: readonly Flow[]) {
  const maker = new Map<Movement, Operation>();
  const taker = new Map<Movement, Operation>();
  const flowsOf = new Map<Operation, OperationFlows>();
  for (const operation of operations) {
    for (const movement of operation.minted) maker.set(movement, operation);
    for (const movement of operation.taken) taker.set(movement, operation);
  }
  const ofOperation = (operation: Operation): OperationFlows => {
    const known = flowsOf.get(operation) ?? { given: [], received: [], linked: new Map() };
    flowsOf.set(operation, known);
    return known;
  };
  const free = flows.filter((flow) => {
    const from = flow.from.kind === "supply" ? maker.get(flow.from.movement) : undefined;
    const to = taker.get(flow.to.kind === "supply" ? flow.to.movement : flow.movement);
    if (from !== undefined) {
      ofOperation(from).received.push(flow);
      if (to !== undefined) ofOperation(from).linked.set(flow, to);
    }
    if (to !== undefined) {
      ofOperation(to).given.push(flow);
      if (from !== undefined) ofOperation(to).linked.set(flow, from);
    }
    return from === undefined && to === undefined;
  });
  return { flowsOf, free };
}

/** The wallet an operation is booked to: named by the event, or found at the end of its tokens' way. */
function findWallets(
  operations: readonly Operation[],
  flowsOf: ReadonlyMap<Operation, OperationFlows>,
): ReadonlyMap<Operation, Address> {
  const wallets = new Map<Operation, Address>();
  for (const operation of operations) {
    const { given = [], received = [] } = flowsOf.get(operation) ?? {};
    const ends = [...given.map(({ from }) => from), ...received.map(({ to }) => to)];
    const involved = ends.flatMap((end) => (end.kind === "wallet" ? [end.address] : []));
    // A caller through which no tokens go is somebody's router.
    const wallet =
      operation.named.find((address) => involved.includes(address)) ??
      involved[0] ??
      operation.named.find((address) => infrastructureOf(address) === null);
    if (wallet !== undefined) wallets.set(operation, wallet);
  }
  // Steps of one call that hand on what the step before made: the wallet is at one of the ends of the chain.
  for (let found = true; found; ) {
    found = false;
    for (const [operation, { linked }] of flowsOf) {
      if (wallets.has(operation)) continue;
      const neighbour = [...linked.values()].map((each) => wallets.get(each)).find((each) => each !== undefined);
      if (neighbour === undefined) continue;
      wallets.set(operation, neighbour);
      found = true;
    }
  }
  return wallets;
}

function legsOf(own: OperationFlows, wallets: ReadonlyMap<Operation, Address>, wallet: Address): Legs {
  const leg = (flow: Flow, end: Flow["from"]): Leg => {
    const neighbour = own.linked.get(flow);
    if (end.kind !== "supply") return { flow, owner: end.address };
    return { flow, owner: (neighbour === undefined ? undefined : wallets.get(neighbour)) ?? wallet };
  };
  return {
    given: own.given.map((flow) => leg(flow, flow.from)),
    received: own.received.map((flow) => leg(flow, flow.to)),
  };
}

const touchesVenue = ({ from, to }: Flow): boolean => from.kind === "venue" || to.kind === "venue";

/** Not what fills tell already, and not between two pieces of infrastructure. */
function isTransfer({ from, to }: Flow, traders: ReadonlySet<Address>): boolean {
  if (from.kind === "supply" || to.kind === "supply" || from.address === to.address) return false;
  if (from.kind === "venue" && traders.has(to.address)) return false;
  if (to.kind === "venue" && traders.has(from.address)) return false;
  return from.kind === "wallet" || to.kind === "wallet";
}

const isUnbalanced = ({ from, to, ledger }: Flow): boolean =>
  [from, to].some((end) => end.kind === "holder" && custodyRole(end.address, ledger) === "passThrough");

const reportOf = ({ movement }: Flow, reason: UnattributedReason): Unattributed => ({
  blockNumber: movement.blockNumber,
  logIndex: movement.logIndex,
  reason,
});

function numbered(drafts: readonly Draft[]): readonly LifecycleEffect[] {
  let previous: Draft | null = null;
  let ordinal = 0;
  return drafts.toSorted(compareLogPosition).map((draft) => {
    ordinal = previous !== null && compareLogPosition(previous, draft) === 0 ? ordinal + 1 : 0;
    previous = draft;
    return { ...draft, ordinal };
  });
}
