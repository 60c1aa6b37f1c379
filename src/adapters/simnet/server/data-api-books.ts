import type { Chain } from "../chain/chain.ts";
import type { Leg, Match } from "../exchange/match.ts";
import type { SimMarket } from "../world/market.ts";
import { type Outcome, sharesOf } from "../world/units.ts";
import type { World } from "../world/world.ts";

/** What one wallet did, as the Data API tells it. Amounts in micros. */
export type BookEntry = {
  /** Place in the order of the chain, for cursors. */
  readonly serial: number;
  readonly kind: "TRADE" | "REDEEM";
  /** Unix seconds. */
  readonly timestamp: number;
  readonly wallet: number;
  readonly market: SimMarket;
  readonly outcome: Outcome;
  readonly side: "BUY" | "SELL" | "";
  readonly isTaker: boolean;
  /** After a fee in tokens. */
  readonly shares: number;
  /** With the fee of a BUY, less that of a SELL. */
  readonly cash: number;
  readonly price: number;
  readonly hash: string;
};

/** One wallet in one token. P&L here is before fees, as the venue's positions have it. */
export type BookPosition = {
  readonly wallet: number;
  readonly market: SimMarket;
  readonly outcome: Outcome;
  shares: number;
  /** Average cost of what is held, without fees. */
  cost: number;
  bought: number;
  boughtCost: number;
  fees: number;
  realised: number;
  readonly firstAt: number;
  lastAt: number;
};

/** P&L after fees becoming final at a time (Unix seconds). */
export type BookGain = { readonly timestamp: number; readonly micros: number };

export type WalletBook = {
  readonly entries: BookEntry[];
  readonly positions: Map<string, BookPosition>;
  readonly gains: BookGain[];
};

export type BookResolution = { readonly market: SimMarket; readonly timestamp: number; readonly blockNumber: number };

export type Books = {
  readonly byWallet: ReadonlyMap<number, WalletBook>;
  /** All trades, oldest first. */
  readonly tape: readonly BookEntry[];
  readonly resolutions: ReadonlyMap<string, BookResolution>;
};

/** Keeps accounts of its own beside the ledger under test: average cost, from matches and resolutions as mined. */
export function createBooks(world: World, chain: Chain): () => Books {
  let books = emptyBooks();
  let upTo = chain.firstBlock - 1;
  chain.listen({
    onBlock: () => {},
    onOrphaned: () => {
      // Taken back and mined anew: too rare to be clever about.
      books = emptyBooks();
      upTo = chain.firstBlock - 1;
    },
  });
  return () => {
    for (const number of chain.nonEmpty(upTo + 1, chain.head())) {
      const { timestamp } = chain.header(number);
      for (const { hash, content } of chain.transactionsOf(number)) {
        if (content.kind === "matches")
          for (const match of content.matches) bookMatch(books, world, match, timestamp, hash);
        if (content.kind === "resolution") bookResolution(books, content.market, timestamp, number, hash);
      }
    }
    upTo = chain.head();
    return books;
  };
}

type OpenBooks = {
  readonly byWallet: Map<number, WalletBook>;
  readonly tape: BookEntry[];
  readonly resolutions: Map<string, BookResolution>;
  readonly byMarket: Map<number, BookPosition[]>;
  serial: number;
};

const emptyBooks = (): OpenBooks => ({
  ...{ byWallet: new Map(), tape: [], resolutions: new Map(), byMarket: new Map(), serial: 0 },
});

function bookOf(books: OpenBooks, wallet: number): WalletBook {
  let book = books.byWallet.get(wallet);
  if (book === undefined) {
    book = { entries: [], positions: new Map(), gains: [] };
    books.byWallet.set(wallet, book);
  }
  return book;
}

function positionOf(books: OpenBooks, leg: Leg, market: SimMarket, at: number): BookPosition {
  const { positions } = bookOf(books, leg.wallet);
  const key = `${market.index}:${leg.outcome}`;
  let position = positions.get(key);
  if (position === undefined) {
    const nothing = { shares: 0, cost: 0, bought: 0, boughtCost: 0, fees: 0, realised: 0 };
    position = { wallet: leg.wallet, market, outcome: leg.outcome, ...nothing, firstAt: at, lastAt: at };
    positions.set(key, position);
    const ofMarket = books.byMarket.get(market.index) ?? [];
    ofMarket.push(position);
    books.byMarket.set(market.index, ofMarket);
  }
  return position;
}

function bookMatch(books: OpenBooks, world: World, match: Match, timestamp: number, hash: string): void {
  for (const leg of [...match.makers, match.taker]) {
    if (world.wallets[leg.wallet] === undefined) continue;
    const isFeeInShares = match.version === 1 && leg.side === "BUY";
    const shares = sharesOf(leg.lots) - (isFeeInShares ? leg.fee : 0);
    const fee = isFeeInShares ? 0 : leg.fee;
    const position = positionOf(books, leg, match.market, timestamp);
    position.lastAt = timestamp;
    const realised = leg.side === "BUY" ? buy(position, shares, leg.cash, fee) : sell(position, shares, leg.cash);
    const entry: BookEntry = {
      ...{ serial: books.serial++, kind: "TRADE", timestamp, wallet: leg.wallet, market: match.market },
      ...{ outcome: leg.outcome, side: leg.side, isTaker: leg === match.taker, shares, hash },
      cash: leg.side === "BUY" ? leg.cash + fee : leg.cash - fee,
      price: leg.cash / sharesOf(leg.lots),
    };
    books.tape.push(entry);
    const book = bookOf(books, leg.wallet);
    book.entries.push(entry);
    book.gains.push({ timestamp, micros: realised - fee });
  }
}

function buy(position: BookPosition, shares: number, cash: number, fee: number): number {
  position.shares += shares;
  position.cost += cash;
  position.bought += shares;
  position.boughtCost += cash;
  position.fees += fee;
  return 0;
}

function sell(position: BookPosition, shares: number, cash: number): number {
  const cost = position.shares === shares ? position.cost : Math.round((position.cost * shares) / position.shares);
  position.shares -= shares;
  position.cost -= cost;
  position.realised += cash - cost;
  return cash - cost;
}

/** Winners are redeemed at once, by the venue's own redeemer; losers stay where they are, as nobody fetches nothing. */
function bookResolution(
  books: OpenBooks,
  market: SimMarket,
  timestamp: number,
  blockNumber: number,
  hash: string,
): void {
  books.resolutions.set(market.conditionId, { market, timestamp, blockNumber });
  const total = market.payout[0] + market.payout[1];
  for (const position of books.byMarket.get(market.index) ?? []) {
    if (position.shares === 0) continue;
    const payout = Math.floor((position.shares * market.payout[position.outcome]) / total);
    const book = bookOf(books, position.wallet);
    book.gains.push({ timestamp, micros: payout - position.cost });
    if (payout === 0) continue;
    book.entries.push({
      ...{ serial: books.serial++, kind: "REDEEM", timestamp, wallet: position.wallet, market },
      ...{ outcome: position.outcome, side: "", isTaker: false, shares: position.shares, cash: payout, price: 0, hash },
    });
    position.realised += payout - position.cost;
    position.shares = 0;
    position.cost = 0;
    position.lastAt = timestamp;
  }
  books.byMarket.delete(market.index);
}
