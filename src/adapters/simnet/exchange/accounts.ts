import { assert } from "../../../core/assert.ts";
import type { SimMarket } from "../world/market.ts";
import { LOT_MICROS, type Outcome } from "../world/units.ts";

/**
 * Who holds what: collateral and outcome tokens, in micros, never negative. Tokens come into being and vanish only in
 * complete sets, each against one dollar that is locked meanwhile; a conversion between the questions of one event
 * makes sets that other questions' tokens, put out of reach, pay for.
 */
export type Accounts = {
  cash(wallet: number): number;
  holding(wallet: number, market: SimMarket, outcome: Outcome): number;
  /** Whole lots of a holding. */
  lots(wallet: number, market: SimMarket, outcome: Outcome): number;
  /** Collateral that the market brought the wallet so far, less what it took. */
  flow(wallet: number, market: SimMarket): number;
  moveCash(market: SimMarket, from: number, to: number, micros: number): void;
  moveTokens(from: number, to: number, market: SimMarket, outcome: Outcome, micros: number): void;
  /** Locks `micros` of the wallet's collateral and gives it both tokens. */
  split(wallet: number, market: SimMarket, micros: number): void;
  /** Takes both tokens from the wallet and releases their collateral. */
  merge(wallet: number, market: SimMarket, micros: number): void;
  convert(conversion: Conversion): void;
  /** Whether the wallet gets money from outside whenever it needs some. */
  hasCredit(wallet: number): boolean;
  /** Brings in money from outside. */
  deposit(wallet: number, micros: number): void;
  /** Brings in money from outside, so that `wallet` can spend `micros`, if it has credit. */
  ensureCash(wallet: number, micros: number): void;
  /** Pays the wallet for all that it holds of a resolved market. @returns micros paid out. */
  redeem(wallet: number, market: SimMarket): number;
  totals(): { readonly cash: number; readonly deposited: number; readonly locked: number };
  /** Tokens in existence: [outcome 0, outcome 1, sets]. */
  supply(market: SimMarket): readonly [number, number, number];
};

/** `micros` of NO of each of `given` become as many YES of each of `others`, and collateral; less the fee. */
export type Conversion = {
  readonly wallet: number;
  readonly vault: number;
  /** Where tokens are out of everybody's reach. */
  readonly burn: number;
  readonly given: readonly SimMarket[];
  readonly others: readonly SimMarket[];
  readonly micros: number;
  readonly feeMicros: number;
};

const DEPOSIT_MICROS = 5_000_000_000;
const YES: Outcome = 0;
const NO: Outcome = 1;

type Holdings = { readonly tokens: readonly [Float64Array, Float64Array]; readonly flows: Float64Array; sets: number };

/** What each token of the market pays, rounded down for each as the contract does. */
export function claimOf({ payout: [first, second] }: SimMarket, held: readonly [number, number]): number {
  return Math.floor((held[0] * first) / (first + second)) + Math.floor((held[1] * second) / (first + second));
}

/** Tokens and flows of every market. */
function createBooks(count: number) {
  const held = new Map<number, Holdings>();
  const row = (): Float64Array => new Float64Array(count);
  const of = (market: SimMarket): Holdings => {
    let holdings = held.get(market.index);
    if (holdings === undefined) {
      holdings = { tokens: [row(), row()], flows: row(), sets: 0 };
      held.set(market.index, holdings);
    }
    return holdings;
  };
  return {
    of,
    holding: (wallet: number, market: SimMarket, outcome: Outcome): number =>
      held.get(market.index)?.tokens[outcome][wallet] ?? 0,
    flow: (wallet: number, market: SimMarket): number => held.get(market.index)?.flows[wallet] ?? 0,
    supply(market: SimMarket): readonly [number, number, number] {
      const { tokens, sets } = of(market);
      const sum = (outcome: Outcome): number => tokens[outcome].reduce((total, micros) => total + micros, 0);
      return [sum(YES), sum(NO), sets];
    },
  };
}

function add(to: Float64Array, wallet: number, micros: number): void {
  const next = (to[wallet] ?? 0) + micros;
  assert(next >= 0 && Number.isSafeInteger(next), "what is held is a non-negative whole number of micros", {
    wallet,
    next,
  });
  to[wallet] = next;
}

/** @param customers wallets without credit */
export function createAccounts(count: number, customers: ReadonlySet<number>): Accounts {
  const cash = new Float64Array(count);
  const books = createBooks(count);
  let deposited = 0;
  let locked = 0;

  function addCash(wallet: number, market: SimMarket, micros: number): void {
    add(cash, wallet, micros);
    const { flows } = books.of(market);
    flows[wallet] = (flows[wallet] ?? 0) + micros;
  }
  function deposit(wallet: number, micros: number): void {
    deposited += micros;
    add(cash, wallet, micros);
  }
  const addTokens = (wallet: number, market: SimMarket, outcome: Outcome, micros: number): void =>
    add(books.of(market).tokens[outcome], wallet, micros);
  function moveTokens(from: number, to: number, market: SimMarket, outcome: Outcome, micros: number): void {
    addTokens(from, market, outcome, -micros);
    addTokens(to, market, outcome, micros);
  }
  function changeSets(wallet: number, market: SimMarket, micros: number): void {
    addCash(wallet, market, -micros);
    addTokens(wallet, market, YES, micros);
    addTokens(wallet, market, NO, micros);
    books.of(market).sets += micros;
    locked += micros;
  }

  return {
    ...{ holding: books.holding, flow: books.flow, supply: books.supply, moveTokens },
    cash: (wallet) => cash[wallet] ?? 0,
    lots: (wallet, market, outcome) => Math.floor(books.holding(wallet, market, outcome) / LOT_MICROS),
    moveCash(market, from, to, micros) {
      addCash(from, market, -micros);
      addCash(to, market, micros);
    },
    split: (wallet, market, micros) => changeSets(wallet, market, micros),
    merge: (wallet, market, micros) => changeSets(wallet, market, -micros),
    convert({ wallet, vault, burn, given, others, micros, feeMicros }) {
      for (const market of given) moveTokens(wallet, burn, market, NO, micros);
      for (const market of others) {
        addTokens(wallet, market, YES, micros - feeMicros);
        addTokens(vault, market, YES, feeMicros);
        addTokens(burn, market, NO, micros);
        books.of(market).sets += micros;
      }
      const [first] = given;
      if (first === undefined) return;
      const released = given.length - 1;
      addCash(wallet, first, released * (micros - feeMicros));
      addCash(vault, first, released * feeMicros);
      locked -= released * micros;
    },
    hasCredit: (wallet) => !customers.has(wallet),
    deposit,
    ensureCash(wallet, micros) {
      const missing = micros - (cash[wallet] ?? 0);
      if (missing > 0 && !customers.has(wallet)) deposit(wallet, Math.ceil(missing / DEPOSIT_MICROS) * DEPOSIT_MICROS);
    },
    redeem(wallet, market) {
      const amounts = [books.holding(wallet, market, YES), books.holding(wallet, market, NO)] as const;
      const payout = claimOf(market, amounts);
      addTokens(wallet, market, YES, -amounts[YES]);
      addTokens(wallet, market, NO, -amounts[NO]);
      addCash(wallet, market, payout);
      locked -= payout;
      return payout;
    },
    totals: () => ({ cash: cash.reduce((sum, micros) => sum + micros, 0), deposited, locked }),
  };
}
