import type { Address, TokenId } from "../ids/ids.ts";
import type { Movement, TokenLedger } from "./decode-transfer.ts";
import { infrastructureOf, ZERO_ADDRESS } from "./infrastructure.ts";

/**
 * What an address does with tokens inside one transaction.
 * venue: trades through it are told by fills. passThrough: holds nothing of its own, so what it sends on came from
 * somebody else in the same transaction. holder: infrastructure that keeps what it gets.
 */
export type CustodyRole = "wallet" | "venue" | "passThrough" | "holder";

export function custodyRole(address: Address, ledger: TokenLedger): CustodyRole {
  switch (infrastructureOf(address)?.kind) {
    case undefined:
      return "wallet";
    case "exchange":
    case "feeModule":
      return "venue";
    case "negRiskAdapter":
    case "collateralAdapter":
    case "router":
    case "redeemer":
    case "ramp":
      return "passThrough";
    case "module":
      // A module keeps migrated tokens of Conditional Tokens; positions are only handed to it to be burned.
      return ledger === "positionManager" ? "passThrough" : "holder";
    default:
      return "holder";
  }
}

/** Where tokens came from, or where they went, once every address that only passes them on is left out. */
export type FlowEnd =
  | { readonly kind: "wallet" | "venue" | "holder"; readonly address: Address }
  | { readonly kind: "supply"; readonly movement: Movement };

export type Flow = {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly ledger: TokenLedger;
  readonly tokenId: TokenId;
  readonly amount: bigint;
  /** The last of the movements that make up the flow. */
  readonly movement: Movement;
};

type Lot = { readonly origin: FlowEnd; amount: bigint; readonly movement: Movement };

/**
 * Follows tokens through adapters, routers and modules: user → adapter → burned becomes user → burned.
 * @param traders wallets with a fill in this transaction: what moves between them and a venue is told by their fills.
 * What an exchange moves directly between two of them (V2 and V3 complementary matches) counts as venue to venue.
 */
export function followTokens(movements: readonly Movement[], traders: ReadonlySet<Address>): readonly Flow[] {
  const custody = new Map<string, Lot[]>();
  const flows: Flow[] = [];
  for (const movement of movements) {
    const lots = takeLots(movement, custody, traders);
    const destination = endOf(movement.to, movement, traders);
    if (destination === null) {
      const held = lotsOf(custody, movement, movement.to);
      for (const lot of lots) held.push({ ...lot, movement });
    } else {
      for (const lot of lots) flows.push(flowOf(lot.origin, destination, lot.amount, movement));
    }
  }
  for (const lots of custody.values()) {
    for (const { origin, amount, movement } of lots) {
      flows.push(flowOf(origin, { kind: "holder", address: movement.to }, amount, movement));
    }
  }
  return flows;
}

const flowOf = (from: FlowEnd, to: FlowEnd, amount: bigint, movement: Movement): Flow => ({
  from,
  to,
  ledger: movement.ledger,
  tokenId: movement.tokenId,
  amount,
  movement,
});

/** Null for an address that only passes tokens on. */
function endOf(address: Address, movement: Movement, traders: ReadonlySet<Address>): FlowEnd | null {
  if (address === ZERO_ADDRESS) return { kind: "supply", movement };
  const role = custodyRole(address, movement.ledger);
  if (role === "passThrough") return null;
  if (role !== "wallet" || !traders.has(address)) return { kind: role, address };
  const movedByVenue = custodyRole(movement.operator, movement.ledger) === "venue";
  return { kind: movedByVenue ? "venue" : "wallet", address };
}

function lotsOf(custody: Map<string, Lot[]>, { ledger, tokenId }: Movement, holder: Address): Lot[] {
  const key = `${ledger}:${holder}:${tokenId}`;
  let lots = custody.get(key);
  if (lots === undefined) {
    lots = [];
    custody.set(key, lots);
  }
  return lots;
}

type Portion = { readonly origin: FlowEnd; readonly amount: bigint };

/** Last in, first out: calls are nested, so what came last is what the next call uses. */
function takeLots(movement: Movement, custody: Map<string, Lot[]>, traders: ReadonlySet<Address>): readonly Portion[] {
  const origin = endOf(movement.from, movement, traders);
  if (origin !== null) return [{ origin, amount: movement.amount }];
  const held = lotsOf(custody, movement, movement.from);
  const taken: Portion[] = [];
  let wanted = movement.amount;
  while (wanted > 0n) {
    const lot = held.at(-1);
    if (lot === undefined) {
      // More than came in: it held that since before this transaction.
      taken.push({ origin: { kind: "holder", address: movement.from }, amount: wanted });
      break;
    }
    const amount = lot.amount < wanted ? lot.amount : wanted;
    taken.push({ origin: lot.origin, amount });
    wanted -= amount;
    lot.amount -= amount;
    if (lot.amount === 0n) held.pop();
  }
  return taken.reverse();
}
