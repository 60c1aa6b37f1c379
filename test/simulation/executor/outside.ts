import type { Faults } from "../../../src/adapters/simnet/faults/faults.ts";
import { OutcomeUnknownError, TransientError } from "../../../src/core/errors.ts";
import type { OrderRequest, OrderResult } from "../../../src/core/execution/order.ts";
import { simulateFill, totalExecutions } from "../../../src/core/execution/simulate-fill.ts";
import type { TokenId } from "../../../src/core/ids/ids.ts";
import type { OrderBook } from "../../../src/core/market/market.ts";
import { mulDiv } from "../../../src/core/money/fixed.ts";
import { epochMs } from "../../../src/core/time/time.ts";
import type { BookSource } from "../../../src/ports/book-source.ts";
import type { Venue } from "../../../src/ports/venue.ts";
import { tokenNo } from "../../support/chain-facts.ts";
import { aBook, someTerms } from "../../support/trading.ts";
import type { Life } from "../life.ts";
import type { SimTime } from "../sim-time.ts";
import { MARKETS, type OutsideFault } from "./plan.ts";

/** What the account at the venue is allowed, by the same limits as the executor's, counted from outside. */
export type OutsideLimits = {
  readonly positionsMax: number;
  readonly deployedMaxMicros: bigint;
  readonly stakeMaxMicros: bigint;
};

const DUST = 10_000n;

type Holding = { shares: bigint; cost: bigint };

/**
 * The venue as it is whatever becomes of the process: it takes an order once, under its id, and gives the same answer
 * whenever it is asked again. Everything that it did is on record here, and limits are watched as orders arrive.
 */
export function createOutside(time: SimTime, faults: Faults<OutsideFault>, limits: OutsideLimits) {
  const cents = new Map<number, number>();
  const closed = new Set<number>();
  const answers = new Map<string, { readonly order: OrderRequest; readonly result: OrderResult }>();
  const holdings = new Map<string, Holding>();
  const attempts = new Map<string, number>();
  const problems: string[] = [];
  let cashMicros = 0n;

  const marketOf = (token: TokenId): number => Math.floor(Number(BigInt(token) - BigInt(tokenNo(0))) / 2);
  const isSecond = (token: TokenId): boolean => (BigInt(token) - BigInt(tokenNo(0))) % 2n === 1n;

  function bookOf(token: TokenId): OrderBook | null {
    const market = marketOf(token);
    if (closed.has(market)) return null;
    const middle = cents.get(market) ?? 50;
    const own = isSecond(token) ? 100 - middle : middle;
    const price = (value: number): string => (Math.min(97, Math.max(2, value)) / 100).toFixed(2);
    const book = aBook(
      [
        [price(own - 1), "700"],
        [price(own - 2), "900"],
      ],
      [
        [price(own + 1), "150"],
        [price(own + 2), "4000"],
      ],
      { asOf: epochMs(time.now()) },
    );
    return { ...book, tokenId: token };
  }

  function strikes(fault: OutsideFault, occasion: string): boolean {
    const key = `${fault} ${occasion}`;
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    if (!faults.strikes(fault, occasion, attempt)) return false;
    faults.count(fault);
    return true;
  }

  const after = (ms: number): Promise<void> => new Promise((resolve) => void time.at(time.now() + ms, resolve));

  function arrive(order: OrderRequest): OrderResult {
    const known = answers.get(order.clientOrderId);
    if (known !== undefined) return known.result;
    const result = simulateFill(order, bookOf(order.tokenId), epochMs(Math.floor(time.now())));
    answers.set(order.clientOrderId, { order, result });
    if (result.status === "filled") settle(order, result);
    return result;
  }

  function settle(order: OrderRequest, { executions }: Extract<OrderResult, { status: "filled" }>): void {
    const { size, cashUsd, feesUsd } = totalExecutions(executions);
    const held = holdings.get(order.tokenId) ?? { shares: 0n, cost: 0n };
    if (order.side === "BUY") {
      if (held.shares > 0n) problems.push(`bought ${order.tokenId} twice: ${order.clientOrderId}`);
      if (order.stakeUsd > limits.stakeMaxMicros) problems.push(`${order.clientOrderId} stakes ${order.stakeUsd}`);
      holdings.set(order.tokenId, { shares: held.shares + size, cost: held.cost + cashUsd + feesUsd });
      cashMicros -= cashUsd + feesUsd;
      watchLimits(order.clientOrderId);
      return;
    }
    if (size > held.shares) problems.push(`${order.clientOrderId} sold ${size} of ${held.shares}`);
    const cost = mulDiv(held.cost, size, held.shares, "floor");
    // What is left under the grid of sales cannot be sold; the executor writes it off.
    if (held.shares - size < DUST) holdings.delete(order.tokenId);
    else holdings.set(order.tokenId, { shares: held.shares - size, cost: held.cost - cost });
    cashMicros += cashUsd - feesUsd;
  }

  function watchLimits(id: string): void {
    const open = [...holdings.values()];
    const deployed = open.reduce((sum, { cost }) => sum + cost, 0n);
    if (open.length > limits.positionsMax) problems.push(`${id} makes ${open.length} positions`);
    if (deployed > limits.deployedMaxMicros) problems.push(`${id} makes ${deployed} deployed`);
    const markets = [...holdings.keys()].map((token) => marketOf(token as TokenId));
    if (new Set(markets).size < markets.length) problems.push(`${id} holds a market twice`);
  }

  return {
    problems,
    answers,
    /** What the account won and lost since the start: what was paid, got for sales, and paid out at resolutions. */
    cash: () => cashMicros,
    holdings,
    setCents: (market: number, value: number) => void cents.set(market, value),
    isClosed: (market: number) => closed.has(market),
    close(market: number, numerators: readonly [bigint, bigint]): void {
      if (closed.has(market)) return;
      closed.add(market);
      for (const [index, token] of [tokenNo(2 * market), tokenNo(2 * market + 1)].entries()) {
        const held = holdings.get(token);
        if (held === undefined) continue;
        holdings.delete(token);
        const [a, b] = numerators;
        cashMicros += mulDiv(held.shares, numerators[index] ?? 0n, a + b, "floor");
      }
    },
    /** The books and the venue as one process sees them. */
    seenBy(life: Life): { readonly books: BookSource; readonly venue: Venue } {
      const books: BookSource = {
        fetchBook: (token) => life.answer(readBook(token)),
        fetchTerms: (market) =>
          life.answer(
            after(20).then(() => {
              if (strikes("terms_fail", market)) throw new TransientError("DOWN", "no answer");
              return someTerms;
            }),
          ),
      };
      return { books, venue: { mode: "PAPER", withdraw: () => {}, place: (order) => life.answer(place(order)) } };
    },
  };

  async function readBook(token: TokenId): Promise<OrderBook | null> {
    await after(strikes("book_slow", token) ? 12_000 : 30);
    if (strikes("book_fails", token)) throw new TransientError("DOWN", "no answer");
    return bookOf(token);
  }

  /** The order goes on its way whatever becomes of the process that sent it. */
  async function place(order: OrderRequest): Promise<OrderResult> {
    if (strikes("order_lost", order.clientOrderId)) throw new TransientError("LOST", "it never arrived");
    await after(strikes("order_slow", order.clientOrderId) ? 9_000 : 120);
    const result = arrive(order);
    await after(60);
    if (strikes("answer_lost", order.clientOrderId)) throw new OutcomeUnknownError("NO_ANSWER", "no answer came");
    return result;
  }
}

export const ALL_MARKETS = Array.from({ length: MARKETS }, (_, market) => market);
export type Outside = ReturnType<typeof createOutside>;
