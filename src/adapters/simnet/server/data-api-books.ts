import type { Chain } from "../chain/chain.ts";
import type { SimMarket } from "../world/market.ts";
import type { Outcome } from "../world/units.ts";
import type { World } from "../world/world.ts";
import { postMatch, postOperation, postResolution } from "./data-api-postings.ts";

/** What one wallet did, as the Data API tells it. Transfers of tokens are not told. Amounts in micros. */
export type BookEntry = {
  /** Place in the order of the chain, for cursors. */
  readonly serial: number;
  readonly kind: "TRADE" | "SPLIT" | "MERGE" | "REDEEM" | "CONVERSION";
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
  /** All that ever came in. */
  bought: number;
  boughtCost: number;
  /** In collateral on BUYs and on SELLs, and in shares. */
  fees: number;
  exitFees: number;
  feeShares: number;
  realised: number;
  readonly firstAt: number;
  lastAt: number;
};

/** P&L after fees (and the fee in collateral in it), final from a time (Unix seconds) on. */
export type BookGain = { readonly timestamp: number; readonly micros: number; readonly fee: number };

export type WalletBook = {
  readonly entries: BookEntry[];
  readonly positions: Map<string, BookPosition>;
  readonly gains: BookGain[];
};

export type BookResolution = { readonly market: SimMarket; readonly timestamp: number; readonly blockNumber: number };

export type Books = {
  readonly byWallet: Map<number, WalletBook>;
  /** Positions that were ever opened, by market. */
  readonly byMarket: Map<number, BookPosition[]>;
  /** All trades, oldest first. */
  readonly tape: BookEntry[];
  readonly resolutions: Map<string, BookResolution>;
  serial: number;
};

const emptyBooks = (): Books => ({
  ...{ byWallet: new Map(), byMarket: new Map(), tape: [], resolutions: new Map(), serial: 0 },
});

/** Keeps accounts of its own beside the ledger under test: average cost, from what is mined. */
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
        const where = { timestamp, hash };
        if (content.kind === "matches") for (const match of content.matches) postMatch(books, world, match, where);
        if (content.kind === "operation") postOperation(books, world, content.operation, where);
        if (content.kind === "resolution") postResolution(books, content.market, { timestamp, blockNumber: number });
      }
    }
    upTo = chain.head();
    return books;
  };
}
