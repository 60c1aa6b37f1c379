import { assert } from "../../../core/assert.ts";
import type { SimMarket } from "../world/market.ts";
import { LOT_MICROS, type Outcome } from "../world/units.ts";

/**
 * Who holds what: collateral and outcome tokens, in micros, never negative. Tokens come into being and vanish only in
 * complete sets, each against one dollar that is locked meanwhile.
 */
export type Accounts = {
  cash(wallet: number): number;
  holding(wallet: number, market: SimMarket, outcome: Outcome): number;
  /** Whole lots of a holding. */
  lots(wallet: number, market: SimMarket, outcome: Outcome): number;
  moveCash(from: number, to: number, micros: number): void;
  moveTokens(from: number, to: number, market: SimMarket, outcome: Outcome, micros: number): void;
  /** Locks `micros` of the pot's collateral and gives both tokens to the pot. */
  split(pot: number, market: SimMarket, micros: number): void;
  /** Takes both tokens from the pot and releases its collateral. */
  merge(pot: number, market: SimMarket, micros: number): void;
  /** Brings in money from outside, so that `wallet` can spend `micros`. */
  ensureCash(wallet: number, micros: number): void;
  /** Pays every holder and forgets the market. @returns micros paid out. */
  redeem(market: SimMarket): number;
  totals(): { readonly cash: number; readonly deposited: number; readonly locked: number };
  /** Tokens in existence: [outcome 0, outcome 1, sets]. */
  supply(market: SimMarket): readonly [number, number, number];
};

const DEPOSIT_MICROS = 5_000_000_000;

type Holdings = { readonly tokens: readonly [Float64Array, Float64Array]; sets: number };

export function createAccounts(count: number): Accounts {
  const cash = new Float64Array(count);
  const held = new Map<number, Holdings>();
  let deposited = 0;
  let locked = 0;

  const holdingsOf = (market: SimMarket): Holdings => {
    let holdings = held.get(market.index);
    if (holdings === undefined) {
      holdings = { tokens: [new Float64Array(count), new Float64Array(count)], sets: 0 };
      held.set(market.index, holdings);
    }
    return holdings;
  };
  const holding = (wallet: number, market: SimMarket, outcome: Outcome): number =>
    held.get(market.index)?.tokens[outcome][wallet] ?? 0;

  function addCash(wallet: number, micros: number): void {
    const next = (cash[wallet] ?? 0) + micros;
    assert(next >= 0 && Number.isSafeInteger(next), "cash is a non-negative whole number of micros", { wallet, next });
    cash[wallet] = next;
  }
  function addTokens(wallet: number, market: SimMarket, outcome: Outcome, micros: number): void {
    const row = holdingsOf(market).tokens[outcome];
    const next = (row[wallet] ?? 0) + micros;
    assert(next >= 0 && Number.isSafeInteger(next), "a holding is a non-negative whole number of micros", {
      wallet,
      next,
    });
    row[wallet] = next;
  }
  function changeSets(pot: number, market: SimMarket, micros: number): void {
    addCash(pot, -micros);
    addTokens(pot, market, 0, micros);
    addTokens(pot, market, 1, micros);
    holdingsOf(market).sets += micros;
    locked += micros;
  }

  return {
    cash: (wallet) => cash[wallet] ?? 0,
    holding,
    lots: (wallet, market, outcome) => Math.floor(holding(wallet, market, outcome) / LOT_MICROS),
    moveCash(from, to, micros) {
      addCash(from, -micros);
      addCash(to, micros);
    },
    moveTokens(from, to, market, outcome, micros) {
      addTokens(from, market, outcome, -micros);
      addTokens(to, market, outcome, micros);
    },
    split: (pot, market, micros) => changeSets(pot, market, micros),
    merge: (pot, market, micros) => changeSets(pot, market, -micros),
    ensureCash(wallet, micros) {
      const missing = micros - (cash[wallet] ?? 0);
      if (missing <= 0) return;
      const deposit = Math.ceil(missing / DEPOSIT_MICROS) * DEPOSIT_MICROS;
      deposited += deposit;
      addCash(wallet, deposit);
    },
    redeem(market) {
      const holdings = held.get(market.index);
      if (holdings === undefined) return 0;
      const [first, second] = market.payout;
      let paid = 0;
      for (let wallet = 0; wallet < count; wallet++) {
        const worth = (holdings.tokens[0][wallet] ?? 0) * first + (holdings.tokens[1][wallet] ?? 0) * second;
        // Half a micro of a 50/50 market stays in the contract, as it does on chain.
        const payout = Math.floor(worth / (first + second));
        if (payout > 0) addCash(wallet, payout);
        paid += payout;
      }
      locked -= paid;
      held.delete(market.index);
      return paid;
    },
    totals: () => ({ cash: cash.reduce((sum, micros) => sum + micros, 0), deposited, locked }),
    supply(market) {
      const holdings = held.get(market.index);
      if (holdings === undefined) return [0, 0, 0];
      const sum = (row: Float64Array): number => row.reduce((total, micros) => total + micros, 0);
      return [sum(holdings.tokens[0]), sum(holdings.tokens[1]), holdings.sets];
    },
  };
}
