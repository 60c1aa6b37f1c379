import { FillTable, factsUntil } from "../../src/core/backtest/columns.ts";
import { type HistoryFacts, type HistoryMarket, TRAIT, VERSION_SHIFT } from "../../src/core/backtest/history.ts";
import type { Address, MarketId } from "../../src/core/ids/ids.ts";
import { toTokenId } from "../../src/core/ids/ids.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { History } from "../../src/ports/backtest.ts";

/** `wallet` and `market` are numbers; the token is the market's outcome. Amounts in USD and shares. */
export type TableFill = {
  readonly at: EpochMs;
  readonly wallet: number;
  readonly market: number;
  readonly outcome?: 0 | 1;
  readonly side?: "BUY" | "SELL";
  readonly role?: "maker" | "taker";
  readonly shares: number;
  readonly price: number;
  readonly fee?: number;
};

export type TableResolution = {
  readonly at: EpochMs;
  readonly market: number;
  readonly pays: readonly [number, number];
};

export const walletAddress = (wallet: number): Address => `0x${(wallet + 1).toString(16).padStart(40, "a")}` as Address;

/** A past that is written down line by line: blocks of two seconds, in the order of the lines. */
export function tableHistory(
  fills: readonly TableFill[],
  resolutions: readonly TableResolution[],
  market: (index: number) => Partial<HistoryMarket> = () => ({}),
): History {
  const table = new FillTable();
  const blockOf = (at: number): number => Math.floor(at / 2_000) - 800_000_000;
  for (const [index, fill] of fills.entries()) {
    const { at, side = "BUY", role = "taker", outcome = 0 } = fill;
    const size = Math.round(fill.shares * 1e6);
    table.add({
      blockNumber: blockOf(at),
      logIndex: index + 1,
      occurredAt: at,
      wallet: fill.wallet,
      token: 2 * fill.market + outcome,
      traits: (side === "SELL" ? TRAIT.sell : 0) | (role === "maker" ? TRAIT.maker : 0) | (2 << VERSION_SHIFT),
      size,
      cash: Math.round(size * fill.price),
      fee: Math.round((fill.fee ?? 0) * 1e6),
    });
  }
  const count = 1 + Math.max(0, ...fills.map((fill) => fill.market), ...resolutions.map((each) => each.market));
  const facts: HistoryFacts = {
    wallets: 1 + Math.max(0, ...fills.map(({ wallet }) => wallet)),
    address: walletAddress,
    tokenMarket: Int32Array.from({ length: 2 * count }, (_, token) => token >> 1),
    tokenOutcome: Uint8Array.from({ length: 2 * count }, (_, token) => token & 1),
    tokenId: (token) => toTokenId(BigInt(1_000 + token)),
    markets: Array.from({ length: count }, (_, index) => ({
      ...{ marketId: `0x${index.toString(16).padStart(64, "0")}` as MarketId, title: `market ${index}` },
      ...{ outcomes: ["Yes", "No"] as const, category: "Test", eventId: null, startsAt: null, endsAt: null },
      ...{ tickSize: price(10_000n), minOrderSize: shares(5_000_000n), fee: null, isCombo: false },
      ...market(index),
    })),
    resolutions: resolutions.map(({ at, market: marketKey, pays }, index) => ({
      ...{ marketKey, blockNumber: blockOf(at), logIndex: 1_000_000 + index, at },
      payoutNumerators: [BigInt(pays[0]), BigInt(pays[1])] as const,
    })),
  };
  return historyUntil(table, facts, Number.POSITIVE_INFINITY);
}

function historyUntil(table: FillTable, facts: HistoryFacts, end: number): History {
  let rows = table.length;
  while (rows > 0 && table.timeOf(rows - 1) > end) rows -= 1;
  return {
    facts: factsUntil(facts, end),
    coverage: {
      ...{ span: { fromBlock: 0, toBlock: 0 }, missing: [], fills: rows },
      firstAt: rows === 0 ? null : epochMs(table.timeOf(0)),
      lastAt: rows === 0 ? null : epochMs(table.timeOf(rows - 1)),
    },
    async *read() {
      yield { batch: table.slice(0, rows), effects: [] };
    },
    until: (at) => historyUntil(table, facts, Math.min(at, end)),
    close: async () => undefined,
  };
}
