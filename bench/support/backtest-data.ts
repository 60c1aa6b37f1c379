/**
 * A generated past in the form that a staged history has. Seeded: the same size gives the same rows. Activity follows a
 * power law (the place of a wallet is u³ of all); markets live for a few hours, one after the other; one wallet in
 * thirty-three is good enough to be followed.
 */
import { type Duckdb, text } from "../../src/adapters/archive/duckdb.ts";
import { STAGED_PARQUET } from "../../src/adapters/archive/history/engine.ts";
import { type HistoryFacts, TRAIT, VERSION_SHIFT } from "../../src/core/backtest/history.ts";
import { type Address, type MarketId, type TokenId, toTokenId } from "../../src/core/ids/ids.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";

export type BacktestSize = { readonly fills: number; readonly wallets: number };

export const GENESIS_MS = Date.UTC(2026, 0, 1);
export const DAYS = 90;
const BLOCK_MS = 2_000;
const BLOCKS = (DAYS * DAY_MS) / BLOCK_MS;
const FILLS_PER_MARKET = 1_000;
/** How many markets trade at one time. */
const OPEN_MARKETS = 100;

/** Whom the scores of the run call good. */
export const isGood = (wallet: number): boolean => wallet % 33 === 7;
export const IS_GOOD = "wallet_key % 33 = 7";

const marketCount = ({ fills }: BacktestSize): number => Math.ceil(fills / FILLS_PER_MARKET) + OPEN_MARKETS;

const unit = (purpose: number): string => `(hash(i * 16 + ${purpose}) >> 11)::DOUBLE / 9007199254740992.0`;

export async function generateFills(duckdb: Duckdb, path: string, size: BacktestSize): Promise<void> {
  const { fills, wallets } = size;
  const block = `floor(i * ${BLOCKS}.0 / ${fills})`;
  const rows = `
    SELECT (1000000 + ${block})::INTEGER AS block_number, i::INTEGER AS log_index,
      (${GENESIS_MS} + ${block} * ${BLOCK_MS})::DOUBLE AS occurred_ms,
      floor(${wallets} * pow(${unit(1)}, 3))::INTEGER AS wallet_key,
      (2 * (i // ${FILLS_PER_MARKET} + floor(${OPEN_MARKETS} * ${unit(2)})) + hash(i * 16 + 3) % 2)::INTEGER AS token_key,
      ((hash(i * 16 + 4) % 3 = 0)::INT * ${TRAIT.sell} + (hash(i * 16 + 5) % 2)::INT * ${TRAIT.maker}
        + ${2 << VERSION_SHIFT})::UTINYINT AS traits,
      floor(10000000 + 490000000 * ${unit(6)})::DOUBLE AS shares, 0.05 + 0.9 * ${unit(7)} AS paid,
      unhex(lpad(printf('%x', i), 64, '0')) AS order_hash
    FROM range(${fills}) AS r (i)`;
  await duckdb.run(`COPY (SELECT block_number, log_index, occurred_ms, wallet_key, token_key, traits, shares AS size_micros,
    floor(shares * paid) AS cash_micros, 0::DOUBLE AS fee_micros, order_hash FROM (${rows}))
    TO ${text(path)} ${STAGED_PARQUET}`);
}

/** The markets of those fills; each is resolved when its last fill is past. */
export function factsOf(size: BacktestSize): HistoryFacts {
  const count = marketCount(size);
  const blockOf = (market: number): number =>
    1_000_000 + Math.ceil((Math.min(size.fills, (market + 1) * FILLS_PER_MARKET) * BLOCKS) / size.fills);
  // As from the database: each text is there once.
  const addresses = Array.from({ length: size.wallets }, (_, i) => `0x${i.toString(16).padStart(40, "0")}` as Address);
  const tokenIds = Array.from({ length: 2 * count }, (_, token) => toTokenId(BigInt(token + 1)));
  return {
    wallets: size.wallets,
    address: (wallet) => addresses[wallet] as Address,
    tokenMarket: Int32Array.from({ length: 2 * count }, (_, token) => token >> 1),
    tokenOutcome: Uint8Array.from({ length: 2 * count }, (_, token) => token & 1),
    tokenId: (token) => tokenIds[token] as TokenId,
    markets: Array.from({ length: count }, (_, market) => ({
      ...{
        marketId: `0x${market.toString(16).padStart(64, "0")}` as MarketId,
        title: null,
        outcomes: ["Yes", "No"] as const,
      },
      ...{ category: `category ${market % 7}`, eventId: `event ${market >> 1}`, startsAt: null, endsAt: null },
      ...{
        tickSize: price(10_000n),
        minOrderSize: shares(5_000_000n),
        fee: { rate: 0.04, exponent: 1 },
        isCombo: false,
      },
    })),
    resolutions: Array.from({ length: count }, (_, marketKey) => {
      const blockNumber = blockOf(marketKey);
      const at = epochMs(GENESIS_MS + (blockNumber - 1_000_000) * BLOCK_MS);
      const payoutNumerators = marketKey % 2 === 0 ? ([1n, 0n] as const) : ([0n, 1n] as const);
      return { marketKey, blockNumber, logIndex: 2_000_000_000, at, payoutNumerators };
    }),
  };
}
