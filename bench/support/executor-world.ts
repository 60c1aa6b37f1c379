import { sql } from "kysely";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { bytesArray, ts } from "../../src/adapters/postgres/codecs.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import {
  type Address,
  type BlockHash,
  parseAddress,
  parseMarketId,
  parseOrderHash,
  parseTxHash,
  toTokenId,
} from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { addMs, type EpochMs, fromUnixSeconds } from "../../src/core/time/time.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import { randomOf } from "../../test/support/fills.ts";
import { monotonicMs } from "./bench-report.ts";

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
/** Spread over all addresses, as real ones are. */
const walletNo = (n: number): Address =>
  parseAddress(`0x${hex(Math.imul(n + 1, 0x9e3779b1) >>> 0, 8).repeat(4)}${hex(n, 8)}`);
const marketNo = (n: number) => parseMarketId(`0x${hex(n + 1, 64)}`);
const tokenNo = (n: number) => toTokenId(10n ** 76n + BigInt(n));
const EXCHANGE = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");
/** Of the smallest fill and its largest multiple, in USD: a third of the buys reach the least that is followed. */
const FILL_USD = { least: 1, factor: 1_000 };

export type ExecutorWorld = Awaited<ReturnType<typeof createExecutorWorld>>;
export type Sizes = { readonly eligible: number; readonly others: number; readonly markets: number };

/** A chain whose blocks are committed as the listener does it, with the moment of each commit. */
export async function createExecutorWorld(database: Database, { eligible, others, markets }: Sizes) {
  const random = randomOf(7);
  const below = (count: number): number => Math.floor(random() * count);
  const committed = new Map<number, number>();
  let writing = 0;
  const chain = createChainStore(database);
  // The commit's own hint tells when it was, or the answer to it, whichever is here first.
  const note = (): void => {
    if (writing > 0 && !committed.has(writing)) committed.set(writing, monotonicMs());
  };
  await database.wake.listen("orderflow_chain", note);
  let order = 0;

  async function commit(block: number, at: EpochMs, fills: readonly StoredFill[], prepared = 0): Promise<void> {
    writing = block;
    const hash = (n: number): BlockHash => `0x${hex(n, 64)}` as BlockHash;
    await chain.extend({
      ...{ fromBlock: block, toBlock: block, fills, resolutions: [], quarantined: [], committedAt: at },
      blocks: [{ number: block, hash: hash(block), parentHash: hash(block - 1), timestamp: Math.floor(at / 1_000) }],
      markets: Array.from({ length: prepared }, (_, n) => ({
        ...{ marketId: marketNo(n), negRisk: false, preparedBlock: block },
        tokenIds: [tokenNo(2 * n), tokenNo(2 * n + 1)] as const,
      })),
    });
    note();
  }

  function aFill(block: number, at: EpochMs, logIndex: number, wallet: Address, isSmall: boolean): StoredFill {
    order += 1;
    const cash = isSmall ? FILL_USD.least : FILL_USD.least * FILL_USD.factor ** random();
    const micros = BigInt(Math.floor(cash * 1e6));
    return {
      occurredAt: fromUnixSeconds(Math.floor(at / 1_000)),
      knownAt: at,
      fill: {
        ...{ blockNumber: block, logIndex, txIndex: logIndex, wallet, counterparty: null, role: "taker", side: "BUY" },
        txHash: parseTxHash(`0x${hex(order, 64)}`),
        orderHash: parseOrderHash(`0x${hex(order, 64)}`),
        ...{ exchange: EXCHANGE, exchangeVersion: 2, tokenId: tokenNo(below(2 * markets)) },
        ...{ size: shares(micros * 2n), cash: usd(micros), fee: 0n, feeAsset: "collateral", matchLogIndex: null },
      },
    };
  }

  return {
    /** When each block was committed, in milliseconds of the machine's clock. */
    committed,
    async seed(at: EpochMs): Promise<void> {
      await commit(1, addMs(at, -60_000), [], markets);
      const addresses = Array.from({ length: eligible + others }, (_, n) => walletNo(n));
      await sql`INSERT INTO flow.wallet (address) SELECT unnest(${bytesArray(addresses)})`.execute(database.kysely);
      await sql`
        INSERT INTO flow.wallet_score (
          wallet_key, closed_markets, profitable_trades, losing_trades, incomplete_markets, score_version,
          follow_eligible, reputation_score, confidence_score, raw_score, part_win_rate, part_profit, part_consistency,
          part_volume, part_timing, win_rate, avg_profit_pct, roi_deviation, edge_markets, edge_sum,
          edge_sum_of_squares, cost_micros, pnl_micros, gross_profit_micros, gross_loss_micros, trader_tier, calculated_at
        )
        SELECT wallet_key, 40, 0, 0, 0, 1, e, CASE WHEN e THEN 8.5 ELSE 5 END, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40,
          4000000, 400000000000, 0, 0, 0, 0, CASE WHEN e THEN 'WHALE' ELSE 'AVERAGE' END, ${ts(at)}
        FROM (SELECT wallet_key, row_number() OVER (ORDER BY wallet_key) <= ${eligible}::int AS e FROM flow.wallet) w
      `.execute(database.kysely);
      await sql`ANALYZE`.execute(database.kysely);
    },
    /** One block of `fills`, every `oneIn`-th by a wallet that may be followed. */
    block: (block: number, at: EpochMs, fills: number, oneIn: number): Promise<void> =>
      commit(
        block,
        at,
        Array.from({ length: fills }, (_, index) =>
          aFill(block, at, index, walletNo(index % oneIn === 0 ? below(eligible) : eligible + below(others)), false),
        ),
      ),
    /** One block of candidates only: each by a wallet that may be followed, one in a hundred large enough to follow. */
    candidates: (block: number, at: EpochMs, fills: number): Promise<void> =>
      commit(
        block,
        at,
        Array.from({ length: fills }, (_, index) =>
          aFill(block, at, index, walletNo(index % eligible), index % 100 !== 0),
        ),
      ),
  };
}
