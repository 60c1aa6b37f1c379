import type { ExchangeVersion } from "../chain/contracts.ts";
import type { SimMarket } from "../world/market.ts";
import { LOT_MICROS, type Outcome, sharesOf } from "../world/units.ts";
import type { SimWallet } from "../world/wallets.ts";
import type { Accounts } from "./accounts.ts";
import type { Operation, OutsideCall } from "./operation.ts";

/** What a wallet can do to its tokens without an exchange. Nothing happens where it has nothing to do it with. */
export type Vault = {
  split(wallet: SimWallet, market: SimMarket, lots: number, at: number): void;
  /** All complete sets that it holds. */
  merge(wallet: SimWallet, market: SimMarket, at: number): void;
  /** Half of its tokens, or all of them. */
  send(wallet: SimWallet, to: number, market: SimMarket, outcome: Outcome, isAll: boolean, at: number): void;
  /** The NO of every question of which it holds some, as much as it holds of each. */
  convert(wallet: SimWallet, questions: readonly SimMarket[], at: number): void;
  /** @param via the transaction from outside that does it */
  redeem(wallet: SimWallet, market: SimMarket, isAutomatic: boolean, at: number, via?: OutsideCall): void;
};

export type VaultDeps = {
  readonly accounts: Accounts;
  readonly negRiskVault: number;
  readonly burn: number;
  readonly versionAt: (at: number) => ExchangeVersion;
  readonly isOpen: (market: SimMarket) => boolean;
  readonly perform: (operation: Operation, at: number) => void;
};

const BIPS = 10_000;
const NO: Outcome = 1;

export function createVault({ accounts, negRiskVault, burn, versionAt, isOpen, perform }: VaultDeps): Vault {
  const common = (wallet: SimWallet, at: number) => ({ wallet: wallet.index, version: versionAt(at) });
  const held = (wallet: SimWallet, market: SimMarket, outcome: Outcome): number =>
    accounts.holding(wallet.index, market, outcome);

  return {
    split(wallet, market, lots, at) {
      const micros = sharesOf(lots);
      if (micros === 0 || !isOpen(market)) return;
      accounts.ensureCash(wallet.index, micros);
      accounts.split(wallet.index, market, micros);
      perform({ ...common(wallet, at), kind: "split", market, micros }, at);
    },
    merge(wallet, market, at) {
      const micros = Math.min(held(wallet, market, 0), held(wallet, market, 1));
      if (micros === 0 || !isOpen(market)) return;
      accounts.merge(wallet.index, market, micros);
      perform({ ...common(wallet, at), kind: "merge", market, micros }, at);
    },
    send(wallet, to, market, outcome, isAll, at) {
      const all = held(wallet, market, outcome);
      const micros = isAll ? all : Math.floor(all / 2 / LOT_MICROS) * LOT_MICROS;
      if (micros === 0) return;
      accounts.moveTokens(wallet.index, to, market, outcome, micros);
      perform({ ...common(wallet, at), kind: "send", to, market, outcome, micros }, at);
    },
    convert(wallet, questions, at) {
      const given = [...questions.keys()].filter((index) => held(wallet, questions[index] as SimMarket, NO) > 0);
      const [first] = questions;
      if (given.length === 0 || first === undefined || !questions.every(isOpen)) return;
      const micros = Math.min(...given.map((index) => held(wallet, questions[index] as SimMarket, NO)));
      const feeMicros = Math.floor((micros * first.event.conversionFeeBips) / BIPS);
      accounts.convert({
        ...{ wallet: wallet.index, vault: negRiskVault, burn, micros, feeMicros },
        given: questions.filter((_, index) => given.includes(index)),
        others: questions.filter((_, index) => !given.includes(index)),
      });
      perform({ ...common(wallet, at), kind: "convert", markets: questions, given, micros, feeMicros }, at);
    },
    redeem(wallet, market, isAutomatic, at, via) {
      const amounts = [held(wallet, market, 0), held(wallet, market, 1)] as const;
      if (amounts[0] + amounts[1] === 0 || isOpen(market)) return;
      const payout = accounts.redeem(wallet.index, market);
      const outside = via === undefined ? {} : { via };
      perform({ ...common(wallet, at), kind: "redeem", market, amounts, payout, isAutomatic, ...outside }, at);
    },
  };
}
