import type { Address, TokenId } from "../ids/ids.ts";
import { shares, usd } from "../money/amounts.ts";
import { mulDiv } from "../money/fixed.ts";
import { NEG_RISK_ADAPTER } from "./contracts.ts";
import type { LogPosition } from "./fill.ts";
import { NEG_RISK_VAULT, NO_TOKEN_BURN_ADDRESS } from "./infrastructure.ts";
import type {
  AssetClass,
  HoldingChange,
  HoldingEffect,
  TransferEffect,
  UnattributedReason,
} from "./lifecycle-effect.ts";
import { isComboMarket, type Operation, positionOutcome, type TokenOutcome } from "./operation.ts";
import type { Flow } from "./token-flows.ts";

/** Effects before they are numbered. */
export type Draft = Omit<HoldingEffect, "ordinal"> | Omit<TransferEffect, "ordinal">;

/** One flow of an operation, with whose tokens they were or whose they are now. */
export type Leg = { readonly flow: Flow; readonly owner: Address };

export type Legs = { readonly given: readonly Leg[]; readonly received: readonly Leg[] };

export type Settled = { readonly drafts: readonly Draft[]; readonly problem: UnattributedReason | null };

const UNKNOWN: TokenOutcome = { marketId: null, outcome: null };

const refused = (problem: UnattributedReason): Settled => ({ drafts: [], problem });

/**
 * Books an operation to `wallet`. Tokens that came from somebody else, or went to somebody else, are transfers to and
 * from that wallet: whoever split, merged or converted paid for it or was paid for it.
 */
export function settleOperation(operation: Operation, wallet: Address, legs: Legs): Settled {
  if (operation.problem !== null) return refused(operation.problem);
  if (operation.kind === "bridge") return { drafts: bridged(operation, legs), problem: null };
  if (operation.kind === "redeem") return settleRedemption(operation, wallet, legs.given);
  const received = operation.address === NEG_RISK_ADAPTER ? legs.received.filter(isHandedOut) : legs.received;
  const given = changesOf(operation, legs.given);
  const gained = changesOf(operation, received);
  if (!isBalanced(operation, given, gained)) return refused("AMOUNTS_DIFFER");
  const foreignIn = legs.given.filter(({ owner }) => owner !== wallet);
  const foreignOut = received.filter(({ owner }) => owner !== wallet);
  return {
    drafts: [
      ...foreignIn.map(({ flow, owner }) => transfer(operation.position, owner, wallet, flow, operation)),
      effect(operation, wallet, given, gained, operation.cash),
      ...foreignOut.map(({ flow, owner }) => transfer(operation.position, wallet, owner, flow, operation)),
    ],
    problem: null,
  };
}

/** What a conversion burns out of reach, and its fee, were never the wallet's. */
const isHandedOut = ({ owner }: Leg): boolean => owner !== NO_TOKEN_BURN_ADDRESS && owner !== NEG_RISK_VAULT;

/** The collateral of a split or merge is as much as each of the tokens. */
function isBalanced(
  operation: Operation,
  given: readonly HoldingChange[],
  received: readonly HoldingChange[],
): boolean {
  const { kind, cash } = operation;
  if (kind !== "split" && kind !== "merge") return given.length + received.length > 0;
  const [tokens, others] = kind === "split" ? [received, given] : [given, received];
  const amount = kind === "split" ? -cash : cash;
  return others.length === 0 && tokens.length >= 2 && tokens.every((each) => each.amount === amount);
}

/**
 * A redemption burns what each wallet handed in, and each is paid for its own. Conditional Tokens tells the payout of
 * all of it in one sum, which can be shared out where only one outcome was redeemed.
 */
function settleRedemption(operation: Operation, wallet: Address, given: readonly Leg[]): Settled {
  const isWallet = ({ flow }: Leg): boolean => flow.from.kind === "wallet" || flow.from.kind === "supply";
  const owners = [...new Set(given.filter(isWallet).map(({ owner }) => owner))];
  const main = owners[0] ?? wallet;
  const tokens = new Set(given.map(({ flow }) => flow.tokenId));
  if (owners.length > 1 && tokens.size > 1) return refused("REDEMPTION_SHARED");
  // Left-over tokens of the redeeming contract go to whom it pays.
  const leftOver = given.filter((leg) => !isWallet(leg));
  const total = given.reduce((sum, { flow }) => sum + flow.amount, 0n);
  let unpaid = operation.cash;
  const shareOf = (amount: bigint, isLast: boolean): bigint => {
    const share = isLast ? unpaid : mulDiv(operation.cash, amount, total, "floor");
    unpaid -= share;
    return share;
  };
  const payees = owners.length === 0 ? [main] : owners;
  // The first is paid last: the odd micro is its.
  const paid = [...payees].reverse().map((owner) => {
    const own = given.filter((leg) => leg.owner === owner || (owner === main && !isWallet(leg)));
    const amount = own.reduce((sum, { flow }) => sum + flow.amount, 0n);
    return effect(operation, owner, changesOf(operation, own), [], shareOf(amount, owner === main));
  });
  const transfers = leftOver.map(({ flow, owner }) => transfer(operation.position, owner, main, flow, operation));
  return { drafts: [...transfers, ...paid.reverse()], problem: null };
}

function bridged(operation: Operation, legs: Legs): readonly Draft[] {
  const { address, position } = operation;
  return [
    ...legs.given.map(({ flow, owner }) => transfer(position, owner, address, flow, operation)),
    ...legs.received.map(({ flow, owner }) => transfer(position, address, owner, flow, operation)),
  ];
}

function effect(
  operation: Operation,
  wallet: Address,
  given: readonly HoldingChange[],
  received: readonly HoldingChange[],
  cash: bigint,
): Draft {
  const { kind, position } = operation;
  return {
    ...position,
    kind: kind as HoldingEffect["kind"],
    assetClass: assetClassOf([...given, ...received]),
    wallet,
    given,
    received,
    cash: usd(cash),
  };
}

export function transfer(position: LogPosition, from: Address, to: Address, flow: Flow, operation?: Operation): Draft {
  const { blockNumber, logIndex } = position;
  const outcome = operation?.tokens.get(flow.tokenId) ?? outcomeOf(flow);
  const change = { tokenId: flow.tokenId, ...outcome, amount: shares(flow.amount) };
  return { blockNumber, logIndex, kind: "transfer", assetClass: assetClassOf([change]), from, to, change };
}

/** A token of Conditional Tokens is a hash, which says nothing of its market. */
const outcomeOf = ({ ledger, tokenId }: Flow): TokenOutcome =>
  ledger === "positionManager" ? positionOutcome(tokenId) : UNKNOWN;

const assetClassOf = (changes: readonly HoldingChange[]): AssetClass =>
  changes.some(({ marketId }) => marketId !== null && isComboMarket(marketId)) ? "combo" : "market";

/** Summed per token, in the order in which the operation made or took them. */
function changesOf({ tokens }: Operation, legs: readonly Leg[]): readonly HoldingChange[] {
  const amounts = new Map<TokenId, bigint>();
  for (const { flow } of legs) amounts.set(flow.tokenId, (amounts.get(flow.tokenId) ?? 0n) + flow.amount);
  return [...tokens].flatMap(([tokenId, outcome]) => {
    const amount = amounts.get(tokenId);
    return amount === undefined ? [] : [{ tokenId, ...outcome, amount: shares(amount) }];
  });
}
