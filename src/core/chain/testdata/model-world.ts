import fc from "fast-check";
import type { TokenLedger } from "../decode-transfer.ts";
import { negRiskEvent } from "./model-adapters.ts";
import { ctfMarket, ModelChain, type ModelMarket, user } from "./model-chain.ts";
import { protocolEvent, protocolMarket } from "./model-modules.ts";

/** Four users who hold some of every token of a few markets, some of them resolved. */

export const USERS = [0, 1, 2, 3].map(user);
export const OPEN = ctfMarket("open", false);
export const YES_WON = ctfMarket("yes won", false);
export const HALVED = ctfMarket("halved", false);
export const STANDARD = [OPEN, YES_WON, HALVED] as const;
export const EVENTS = [negRiskEvent("free", 3, 0n), negRiskEvent("with a fee", 4, 150n)] as const;
export const FIRST_WON = negRiskEvent("first won", 2, 0n);
export const BINARY = protocolMarket(1, "binary");
export const PROTOCOL_EVENT = protocolEvent("event", 3);
export const MIGRATED = protocolMarket(1, "migrated");

export function newWorld(): ModelChain {
  const chain = new ModelChain();
  chain.payouts.set(YES_WON.id, [1n, 0n]).set(HALVED.id, [1n, 1n]).set(BINARY.id, [250_000n, 750_000n]);
  for (const [index, { id }] of FIRST_WON.markets.entries()) chain.payouts.set(id, index === 0 ? [1n, 0n] : [0n, 1n]);
  const seed = (ledger: TokenLedger, markets: readonly ModelMarket[]): void => {
    for (const { tokens } of markets) {
      for (const token of tokens)
        for (const each of USERS) chain.balances.set(`${ledger} ${each} ${token}`, 1_000_000_000n);
    }
  };
  seed("conditionalTokens", [...STANDARD, ...EVENTS.flatMap(({ markets }) => markets), ...FIRST_WON.markets]);
  seed("positionManager", [BINARY, MIGRATED, ...PROTOCOL_EVENT]);
  return chain;
}

/** What one action is made from. */
export type Seed = {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly pick: number;
  readonly amount: bigint;
  readonly flag: boolean;
};

export const seeds = fc.record<Seed>({
  what: fc.nat(19),
  a: fc.nat(USERS.length - 1),
  b: fc.nat(USERS.length - 1),
  pick: fc.nat(1_000),
  amount: fc.bigInt({ min: 1n, max: 5_000_000n }),
  flag: fc.boolean(),
});

export const pickOf = <Item>(items: readonly Item[], pick: number): Item => items[pick % items.length] as Item;
