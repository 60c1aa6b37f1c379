/** How what happened is booked in the Data API's accounts. */
import type { Leg, Match } from "../exchange/match.ts";
import type { Operation } from "../exchange/operation.ts";
import type { SimMarket } from "../world/market.ts";
import { type Outcome, sharesOf } from "../world/units.ts";
import type { World } from "../world/world.ts";
import type { BookEntry, BookPosition, Books, WalletBook } from "./data-api-books.ts";

export type Where = { readonly timestamp: number; readonly hash: string };

const OUTCOMES = [0, 1] as const;
const YES: Outcome = 0;
const NO: Outcome = 1;

function bookOf(books: Books, wallet: number): WalletBook {
  let book = books.byWallet.get(wallet);
  if (book === undefined) {
    book = { entries: [], positions: new Map(), gains: [] };
    books.byWallet.set(wallet, book);
  }
  return book;
}

function positionOf(books: Books, wallet: number, market: SimMarket, outcome: Outcome, at: number): BookPosition {
  const { positions } = bookOf(books, wallet);
  const key = `${market.index}:${outcome}`;
  let position = positions.get(key);
  if (position === undefined) {
    const nothing = { shares: 0, cost: 0, bought: 0, boughtCost: 0, fees: 0, exitFees: 0, feeShares: 0, realised: 0 };
    position = { wallet, market, outcome, ...nothing, firstAt: at, lastAt: at };
    positions.set(key, position);
    const ofMarket = books.byMarket.get(market.index) ?? [];
    ofMarket.push(position);
    books.byMarket.set(market.index, ofMarket);
  }
  position.lastAt = at;
  return position;
}

function receive(position: BookPosition, shares: number, cost: number): void {
  position.shares += shares;
  position.cost += cost;
  position.bought += shares;
  position.boughtCost += cost;
}

/** @returns what the shares had cost */
function give(position: BookPosition, shares: number): number {
  const cost = position.shares === shares ? position.cost : Math.round((position.cost * shares) / position.shares);
  position.shares -= shares;
  position.cost -= cost;
  return cost;
}

/** @returns the gain */
function sell(position: BookPosition, shares: number, cash: number): number {
  const gain = cash - give(position, shares);
  position.realised += gain;
  return gain;
}

type EntryFacts = Omit<BookEntry, "serial" | "timestamp" | "hash" | "side" | "isTaker" | "price" | "outcome">;

function enter(books: Books, facts: EntryFacts & Partial<BookEntry>, { timestamp, hash }: Where): BookEntry {
  const byDefault = { outcome: YES, side: "" as const, isTaker: false, price: 0 };
  const entry: BookEntry = { serial: books.serial, ...byDefault, ...facts, timestamp, hash };
  books.serial += 1;
  bookOf(books, facts.wallet).entries.push(entry);
  return entry;
}

const gain = (books: Books, wallet: number, micros: number, { timestamp }: Pick<Where, "timestamp">, fee = 0): void =>
  void bookOf(books, wallet).gains.push({ timestamp, micros: micros - fee, fee });

export function postMatch(books: Books, world: World, match: Match, where: Where): void {
  for (const leg of [...match.makers, match.taker]) {
    if (world.wallets[leg.wallet] !== undefined) postLeg(books, match, leg, where);
  }
}

function postLeg(books: Books, { market, version, taker }: Match, leg: Leg, where: Where): void {
  const { wallet, outcome, side, cash } = leg;
  const charged = leg.fee - leg.refund;
  const isInShares = version === 1 && side === "BUY";
  const [shares, fee] = isInShares ? [sharesOf(leg.lots) - charged, 0] : [sharesOf(leg.lots), charged];
  const position = positionOf(books, wallet, market, outcome, where.timestamp);
  if (side === "BUY") {
    receive(position, shares, cash);
    position.fees += fee;
    if (isInShares) position.feeShares += charged;
  } else position.exitFees += fee;
  gain(books, wallet, side === "BUY" ? 0 : sell(position, shares, cash), where, fee);
  const facts = { kind: "TRADE", wallet, market, outcome, side, isTaker: leg === taker, shares } as const;
  const price = cash / sharesOf(leg.lots);
  books.tape.push(enter(books, { ...facts, price, cash: side === "BUY" ? cash + fee : cash - fee }, where));
}

export function postOperation(books: Books, world: World, operation: Operation, where: Where): void {
  const { wallet } = operation;
  const at = where.timestamp;
  switch (operation.kind) {
    case "split":
    case "merge": {
      const { market, micros } = operation;
      const half = Math.floor(micros / 2);
      for (const outcome of OUTCOMES) {
        const position = positionOf(books, wallet, market, outcome, at);
        const worth = outcome === 0 ? half : micros - half;
        if (operation.kind === "split") receive(position, micros, worth);
        else gain(books, wallet, sell(position, micros, worth), where);
      }
      const kind = operation.kind === "split" ? "SPLIT" : "MERGE";
      enter(books, { kind, wallet, market, shares: micros, cash: micros }, where);
      return;
    }
    case "redeem": {
      const { market, amounts, payout } = operation;
      const total = market.payout[0] + market.payout[1];
      for (const outcome of OUTCOMES) {
        if (amounts[outcome] === 0) continue;
        const worth = Math.floor((amounts[outcome] * market.payout[outcome]) / total);
        sell(positionOf(books, wallet, market, outcome, at), amounts[outcome], worth);
      }
      const paying = OUTCOMES.filter((outcome) => market.payout[outcome] > 0).map((outcome) => amounts[outcome]);
      enter(
        books,
        { kind: "REDEEM", wallet, market, shares: payout > 0 ? Math.max(...paying) : 0, cash: payout },
        where,
      );
      return;
    }
    case "convert":
      postConversion(books, operation, where);
      return;
    case "send": {
      const { to, market, outcome, micros } = operation;
      give(positionOf(books, wallet, market, outcome, at), micros);
      // What somebody else had paid for them is not known here.
      if (world.wallets[to] !== undefined) receive(positionOf(books, to, market, outcome, at), micros, 0);
      return;
    }
  }
}

function postConversion(books: Books, operation: Extract<Operation, { kind: "convert" }>, where: Where): void {
  const { wallet, markets, given, micros, feeMicros } = operation;
  const others = markets.filter((_, index) => !given.includes(index));
  const released = (given.length - 1) * (micros - feeMicros);
  let cost = -released;
  for (const index of given) {
    const market = markets[index];
    if (market !== undefined) cost += give(positionOf(books, wallet, market, NO, where.timestamp), micros);
  }
  for (const market of others) {
    receive(
      positionOf(books, wallet, market, YES, where.timestamp),
      micros - feeMicros,
      Math.round(cost / others.length),
    );
  }
  if (others.length === 0) gain(books, wallet, -cost, where);
  const [first] = markets;
  if (first !== undefined)
    enter(books, { kind: "CONVERSION", wallet, market: first, shares: micros, cash: released }, where);
}

/** What is held is worth its payout from now on, whether or not anybody fetches it. */
export function postResolution(
  books: Books,
  market: SimMarket,
  { timestamp, blockNumber }: { readonly timestamp: number; readonly blockNumber: number },
): void {
  books.resolutions.set(market.conditionId, { market, timestamp, blockNumber });
  const total = market.payout[0] + market.payout[1];
  for (const { wallet, outcome, shares, cost } of books.byMarket.get(market.index) ?? []) {
    if (shares > 0) gain(books, wallet, Math.floor((shares * market.payout[outcome]) / total) - cost, { timestamp });
  }
}
