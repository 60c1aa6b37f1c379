/**
 * Simnet's world as a history, without the chain, the node and the listener between: ninety days in seconds. What is
 * planted in it is known, so a backtest can be held against the truth.
 */
import { FillTable, factsUntil } from "../../core/backtest/columns.ts";
import {
  type HistoryFacts,
  type HistoryMarket,
  type HistoryResolution,
  TRAIT,
  VERSION_SHIFT,
} from "../../core/backtest/history.ts";
import { type Address, toTokenId } from "../../core/ids/ids.ts";
import { price, shares } from "../../core/money/amounts.ts";
import type { LedgerEffect, LedgerLeg } from "../../core/reputation/ledger-entry.ts";
import { DAY_MS, epochMs, HOUR_MS } from "../../core/time/time.ts";
import type { History } from "../../ports/backtest.ts";
import type { Leg, Match } from "./exchange/match.ts";
import type { Operation } from "./exchange/operation.ts";
import type { SimMarket } from "./world/market.ts";
import { LOTS_PER_SHARE, PIPS_PER_USD, sharesOf } from "./world/units.ts";
import { createWorld, type Transaction, type World, type WorldOptions } from "./world/world.ts";

export type SimnetHistoryOptions = Omit<WorldOptions, "customers" | "cutoverMs"> & { readonly days: number };

export type SimnetHistory = History & { readonly world: World };

const BLOCK_MS = 2_000;
const FIRST_BLOCK = 1_000_000;
const BATCH = 4_096;
const FIRST_TOKEN = 1_000_000;

export function createSimnetHistory({ days, ...options }: SimnetHistoryOptions): SimnetHistory {
  const world = createWorld({ ...options, cutoverMs: options.genesisMs });
  const recorder = new Recorder(options.genesisMs);
  const end = options.genesisMs + days * DAY_MS;
  for (let at = options.genesisMs; at <= end; at += HOUR_MS) {
    for (const transaction of world.advanceTo(at)) recorder.take(transaction);
  }
  return Object.assign(
    historyOf(recorder.table, factsOf(world, recorder), recorder.effects, Number.POSITIVE_INFINITY),
    {
      world,
    },
  );
}

/** Gives every transaction its place on a chain. */
class Recorder {
  readonly table = new FillTable();
  readonly effects: LedgerEffect[] = [];
  readonly resolutions: HistoryResolution[] = [];
  private readonly genesisMs: number;
  private block = FIRST_BLOCK;
  private log = 0;

  constructor(genesisMs: number) {
    this.genesisMs = genesisMs;
  }

  take(transaction: Transaction): void {
    const block = FIRST_BLOCK + Math.ceil((transaction.at - this.genesisMs) / BLOCK_MS);
    if (block > this.block) [this.block, this.log] = [block, 0];
    const at = epochMs(this.genesisMs + (this.block - FIRST_BLOCK) * BLOCK_MS);
    if (transaction.kind === "matches") for (const match of transaction.matches) this.match(match, at);
    else if (transaction.kind === "operation") this.operation(transaction.operation, at);
    else if (transaction.kind === "resolution") {
      const [first, second] = transaction.market.payout;
      const payoutNumerators = [BigInt(first), BigInt(second)] as const;
      this.resolutions.push({ marketKey: transaction.market.index, ...this.place(), at, payoutNumerators });
    }
  }

  private place() {
    this.log += 1;
    return { blockNumber: this.block, logIndex: this.log };
  }

  private match({ market, makers, taker }: Match, at: number): void {
    for (const maker of makers) this.fill(market, maker, at, TRAIT.maker);
    this.fill(market, taker, at, 0);
  }

  private fill(market: SimMarket, leg: Leg, occurredAt: number, role: number): void {
    this.table.add({
      ...this.place(),
      occurredAt,
      wallet: leg.wallet,
      token: 2 * market.index + leg.outcome,
      traits: role | (leg.side === "SELL" ? TRAIT.sell : 0) | (2 << VERSION_SHIFT),
      size: sharesOf(leg.lots),
      cash: leg.cash,
      fee: leg.fee,
    });
  }

  private operation(operation: Operation, at: number): void {
    const common = { ...this.place(), at: epochMs(at), isOwn: false };
    const leg = (walletKey: number, { index }: SimMarket, outcome: 0 | 1, amount: number, cash = 0): LedgerLeg => ({
      ...{ walletKey, marketKey: index, outcome, amount: BigInt(amount), cash: BigInt(cash) },
    });
    const { wallet } = operation;
    switch (operation.kind) {
      case "split":
      case "merge": {
        const { kind, market, micros } = operation;
        const sign = kind === "split" ? 1 : -1;
        const half = Math.floor(micros / 2);
        const cash = [-sign * half, -sign * (micros - half)] as const;
        const legs = ([0, 1] as const).map((outcome) => leg(wallet, market, outcome, sign * micros, cash[outcome]));
        this.effects.push({ ...common, kind, legs });
        return;
      }
      case "redeem": {
        const { market, amounts } = operation;
        const legs = ([0, 1] as const)
          .filter((outcome) => amounts[outcome] > 0)
          .map((outcome, position) =>
            leg(wallet, market, outcome, -amounts[outcome], position === 0 ? operation.payout : 0),
          );
        this.effects.push({ ...common, kind: "redeem", legs });
        return;
      }
      case "convert": {
        const { markets, given, micros, feeMicros } = operation;
        const released = (given.length - 1) * (micros - feeMicros);
        const legs = markets.map((market, position) =>
          given.includes(position) ? leg(wallet, market, 1, -micros) : leg(wallet, market, 0, micros - feeMicros),
        );
        const [first, ...rest] = legs as [LedgerLeg, ...LedgerLeg[]];
        this.effects.push({ ...common, kind: "convert", legs: [{ ...first, cash: BigInt(released) }, ...rest] });
        return;
      }
      default: {
        const { to, market, outcome, micros } = operation;
        const legs = [leg(wallet, market, outcome, -micros), leg(to, market, outcome, micros)];
        this.effects.push({ ...common, kind: "transfer", legs, isOwn: true });
      }
    }
  }
}

function factsOf(world: World, { resolutions }: Recorder): HistoryFacts {
  const markets: (HistoryMarket | undefined)[] = [];
  for (const market of world.markets) markets[market.index] = describe(market);
  return {
    wallets: world.wallets.length,
    address: (wallet) => world.wallets[wallet]?.address as Address,
    tokenMarket: Int32Array.from({ length: 2 * markets.length }, (_, token) => token >> 1),
    tokenOutcome: Uint8Array.from({ length: 2 * markets.length }, (_, token) => token & 1),
    // Not those of the chain, whose square roots would take longer than the whole world.
    tokenId: (token) => toTokenId(BigInt(FIRST_TOKEN + token)),
    markets,
    resolutions,
  };
}

function describe({ terms, event, ...market }: SimMarket): HistoryMarket {
  return {
    marketId: market.conditionId,
    title: market.title,
    outcomes: market.outcomes,
    category: event.category,
    eventId: event.id,
    startsAt: epochMs(market.opensAt),
    endsAt: epochMs(market.endsAt),
    tickSize: price(BigInt((terms.tickPips * 1_000_000) / PIPS_PER_USD)),
    minOrderSize: shares(BigInt((terms.minLots * 1_000_000) / LOTS_PER_SHARE)),
    fee: { rate: terms.takerRateBps / 10_000, exponent: 1 },
    isCombo: false,
  };
}

function historyOf(table: FillTable, facts: HistoryFacts, effects: readonly LedgerEffect[], end: number): History {
  let rows = table.length;
  while (rows > 0 && table.timeOf(rows - 1) > end) rows -= 1;
  const last = rows === 0 ? null : table.slice(rows - 1, rows);
  const first = rows === 0 ? null : table.slice(0, 1);
  return {
    facts,
    coverage: {
      span: { fromBlock: FIRST_BLOCK, toBlock: last?.blockNumber[0] ?? FIRST_BLOCK },
      missing: [],
      fills: rows,
      firstAt: first === null ? null : epochMs(first.occurredAt[0] as number),
      lastAt: last === null ? null : epochMs(last.occurredAt[0] as number),
    },
    async *read() {
      let next = 0;
      for (let from = 0; from < rows; from += BATCH) {
        const to = Math.min(from + BATCH, rows);
        const begin = next;
        const until = to === rows ? end : table.timeOf(to - 1);
        while (next < effects.length && (effects[next] as LedgerEffect).at <= until) next += 1;
        yield { batch: table.slice(from, to), effects: effects.slice(begin, next) };
      }
    },
    until: (at) => historyOf(table, factsUntil(facts, at), effects, Math.min(at, end)),
    close: async () => undefined,
  };
}
