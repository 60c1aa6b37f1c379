import type { Address, TokenId } from "../../ids/ids.ts";
import { BINARY_MODULE, NEG_RISK_MODULE, ROUTER } from "../infrastructure.ts";
import * as adapters from "./model-adapters.ts";
import { ctfMerge, ctfRedeem, ctfSplit, type ModelChain, type ModelMarket } from "./model-chain.ts";
import * as modules from "./model-modules.ts";
import { trade } from "./model-trades.ts";
import {
  BINARY,
  EVENTS,
  FIRST_WON,
  HALVED,
  MIGRATED,
  OPEN,
  PROTOCOL_EVENT,
  pickOf,
  type Seed,
  STANDARD,
  USERS,
  YES_WON,
} from "./model-world.ts";

/** Random transactions of the model, each action with the effects that its caller would write down. */

export type Change = readonly [TokenId, bigint];
export type Expected =
  | {
      kind: "split" | "merge" | "redeem" | "convert" | "migrate";
      wallet: Address;
      given: readonly Change[];
      received: readonly Change[];
      cash: bigint;
    }
  | { kind: "transfer"; from: Address; to: Address; change: Change };

const both = ({ tokens }: ModelMarket, amount: bigint): readonly Change[] => [
  [tokens[0], amount],
  [tokens[1], amount],
];
const each = (tokens: readonly TokenId[], amount: bigint): readonly Change[] => tokens.map((token) => [token, amount]);

/** @returns the effects that the action has, and the fee in shares of a V1 taker. */
export function act(chain: ModelChain, seed: Seed): { readonly expected: readonly Expected[]; readonly fee: bigint } {
  const done = chain.attempt(() =>
    seed.what >= 16 ? { expected: [], fee: trade(chain, seed) } : { expected: effectsOf(chain, seed), fee: 0n },
  );
  return done ?? { expected: [], fee: 0n };
}

function effectsOf(chain: ModelChain, seed: Seed): readonly Expected[] {
  const { what, pick, amount, flag } = seed;
  const wallet = USERS[seed.a] as Address;
  const negRisk = pick % 2 === 1;
  const market = negRisk ? pickOf(pickOf(EVENTS, pick).markets, pick) : pickOf(STANDARD, pick);
  const adapter = pickOf(negRisk ? adapters.NEG_RISK_CTF_ADAPTERS : adapters.CTF_ADAPTERS, pick >> 2);
  const split: Expected = { kind: "split", wallet, given: [], received: both(market, amount), cash: -amount };
  const merge: Expected = { kind: "merge", wallet, given: both(market, amount), received: [], cash: amount };
  switch (what) {
    case 0:
    case 1:
      if (what === 0) adapters.adapterSplit(chain, adapter, wallet, market, amount);
      else if (negRisk) adapters.negRiskSplit(chain, wallet, market, amount);
      else ctfSplit(chain, wallet, market, amount);
      return [split];
    case 2:
    case 3:
      if (what === 2) adapters.adapterMerge(chain, adapter, wallet, market, amount);
      else if (negRisk) adapters.negRiskMerge(chain, wallet, market, amount);
      else ctfMerge(chain, wallet, market, amount);
      return [merge];
    case 4:
    case 5:
    case 6:
      return redeem(chain, seed, wallet, negRisk, adapter);
    case 7:
    case 8: {
      const event = pickOf(EVENTS, pick);
      const indexSet = BigInt(1 + (pick % (2 ** event.markets.length - 1)));
      const by = pickOf(adapters.NEG_RISK_CTF_ADAPTERS, pick >> 3);
      const {
        given,
        received,
        each: out,
        cash,
      } = what === 7
        ? adapters.negRiskConvert(chain, wallet, event, indexSet, amount)
        : adapters.adapterConvert(chain, by, wallet, event, indexSet, amount);
      return [{ kind: "convert", wallet, given: each(given, amount), received: each(received, out), cash }];
    }
    case 9:
    case 10:
      return transfer(chain, seed, wallet, USERS[seed.b] as Address, market);
    case 11: {
      const to = flag ? wallet : (USERS[seed.b] as Address);
      modules.moduleSplit(chain, ROUTER, BINARY, amount, to, to);
      modules.handOver(chain, ROUTER, wallet, BINARY_MODULE, BINARY.tokens, amount);
      modules.moduleMerge(chain, ROUTER, BINARY, amount, wallet);
      return [
        { kind: "split", wallet: to, given: [], received: both(BINARY, amount), cash: -amount },
        { kind: "merge", wallet, given: both(BINARY, amount), received: [], cash: amount },
      ];
    }
    case 12: {
      const outcome = flag ? 0 : 1;
      // The redeemer is paid and pays the user; the tokens say whose they were.
      modules.handOver(chain, adapters.REDEEMER, wallet, BINARY_MODULE, [BINARY.tokens[outcome]], amount);
      const cash = modules.moduleRedeem(chain, adapters.REDEEMER, BINARY, outcome, amount, adapters.REDEEMER);
      return [{ kind: "redeem", wallet, given: [[BINARY.tokens[outcome], amount]], received: [], cash }];
    }
    case 13: {
      const received = modules.horizontalSplit(chain, wallet, PROTOCOL_EVENT, amount);
      const given = modules.horizontalMerge(chain, wallet, PROTOCOL_EVENT, amount);
      return [
        { kind: "split", wallet, given: [], received: each(received, amount), cash: -amount },
        { kind: "merge", wallet, given: each(given, amount), received: [], cash: amount },
      ];
    }
    case 14: {
      const index = pick % PROTOCOL_EVENT.length;
      const received = modules.protocolConvert(chain, wallet, PROTOCOL_EVENT, index, amount);
      const no = (PROTOCOL_EVENT[index] as ModelMarket).tokens[1];
      return [{ kind: "convert", wallet, given: [[no, amount]], received: each(received, amount), cash: 0n }];
    }
    default:
      return migrate(chain, seed, wallet);
  }
}

function redeem(
  chain: ModelChain,
  { what, pick, flag }: Seed,
  wallet: Address,
  negRisk: boolean,
  adapter: Address,
): readonly Expected[] {
  const market = negRisk ? pickOf(FIRST_WON.markets, pick >> 1) : flag ? YES_WON : HALVED;
  const held = market.tokens.map((token) => chain.balance("conditionalTokens", wallet, token)) as [bigint, bigint];
  const direct = (): bigint =>
    negRisk
      ? adapters.negRiskRedeem(chain, wallet, market, flag ? held : [held[0], 0n])
      : ctfRedeem(chain, wallet, market, flag ? [1n, 2n] : [2n]);
  const cash =
    what === 4
      ? adapters.adapterRedeem(chain, adapter, wallet, market)
      : what === 5
        ? adapters.autoRedeem(chain, wallet, market, negRisk)
        : direct();
  const isBurned = (outcome: number): boolean => what !== 6 || flag || (negRisk ? outcome === 0 : outcome === 1);
  const given = market.tokens.flatMap((token, outcome): Change[] => {
    const amount = held[outcome] as bigint;
    return amount > 0n && isBurned(outcome) ? [[token, amount]] : [];
  });
  return given.length === 0 ? [] : [{ kind: "redeem", wallet, given, received: [], cash }];
}

function transfer(
  chain: ModelChain,
  { what, amount, flag }: Seed,
  from: Address,
  to: Address,
  market: ModelMarket,
): readonly Expected[] {
  const ledger = flag ? "conditionalTokens" : "positionManager";
  const tokens = flag ? market.tokens : BINARY.tokens;
  const move = { operator: from, from, to };
  if (what === 9) chain.single(ledger, move, tokens[0], amount);
  else chain.batch(ledger, move, tokens, [amount, amount]);
  const moved = what === 9 ? tokens.slice(0, 1) : tokens;
  return from === to ? [] : moved.map((token) => ({ kind: "transfer", from, to, change: [token, amount] }));
}

/** Both outcomes of an open market, or one: pairs are merged by the module, for itself. */
function migrate(chain: ModelChain, { pick, amount, flag }: Seed, wallet: Address): readonly Expected[] {
  const legacy = pick % 2 === 0 ? OPEN : YES_WON;
  const entries: modules.Migration[] = (flag ? ([0, 1] as const) : ([0] as const)).map((outcome) => ({
    legacy,
    market: MIGRATED,
    outcome,
    amount,
  }));
  modules.migrate(chain, wallet, pick % 3 === 0 ? NEG_RISK_MODULE : BINARY_MODULE, entries);
  return entries.map(({ outcome }) => ({
    kind: "migrate",
    wallet,
    given: [[legacy.tokens[outcome], amount]],
    received: [[MIGRATED.tokens[outcome], amount]],
    cash: 0n,
  }));
}
