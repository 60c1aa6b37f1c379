import { PayloadError, ProviderInconsistencyError, RejectedError } from "../../core/errors.ts";
import type { Address, MarketId } from "../../core/ids/ids.ts";
import { mulDiv } from "../../core/money/fixed.ts";
import type { AccountEvent, AccountResolution } from "../../core/reputation/account-event.ts";
import { MARKET_MAKER_MIN_FILLS } from "../../core/reputation/eligibility.ts";
import { foldAccountEvents } from "../../core/reputation/imported-units.ts";
import { DAY_MS, type EpochMs } from "../../core/time/time.ts";
import type { AccountHistory } from "../../ports/account-history.ts";
import type { ImportedDay, ImportedWallet, ImportStore } from "../../ports/import-store.ts";

/** A wallet with more is no trader that could be followed, and its history would take the time of many others. */
export const ACTIVITY_ROWS_MAX = 10_000;
export const POSITION_ROWS_MAX = 5_000;

const MICROS = 1_000_000n;
const ALL_TAKER = 0n;

/** Asked once a run each: which markets are resolved, and how. Null: it was not, when asked. */
export type ResolutionCache = Map<MarketId, AccountResolution | null>;

export type WalletSources = {
  readonly history: AccountHistory;
  readonly store: Pick<ImportStore, "spans">;
  readonly resolutions: ResolutionCache;
};

/**
 * Reads one wallet and makes units of its history; what cannot be whole is INCOMPLETE and has none.
 * @throws AbortedError, TransientError
 */
export async function readWallet(
  { history, store, resolutions }: WalletSources,
  wallet: Address,
  since: EpochMs,
  signal: AbortSignal,
): Promise<ImportedWallet> {
  try {
    // First the positions: whatever they know of, the history that is read after them must know as well.
    const { positions, isTruncated } = await history.positions(wallet, since, POSITION_ROWS_MAX, signal);
    if (isTruncated) return { wallet, rows: 0, state: "INCOMPLETE", reason: "POSITIONS_TRUNCATED" };
    const { events, rows, isTruncated: isCut } = await history.activity(wallet, since, ACTIVITY_ROWS_MAX, signal);
    if (isCut) return { wallet, rows, state: "INCOMPLETE", reason: "HISTORY_TRUNCATED" };
    if (events.some(({ kind, eventSlug }) => kind === "CONVERSION" && eventSlug === null)) {
      return { wallet, rows, state: "INCOMPLETE", reason: "CONVERSION_UNPLACED" };
    }
    const markets = [...new Set([...events, ...positions].map(({ marketId }) => marketId))];
    const units = foldAccountEvents(events, {
      since,
      positions,
      resolutions: await resolve(history, resolutions, markets, signal),
      spans: await store.spans(markets),
    });
    const makerMicros = await measureMakerShare(history, wallet, since, events, signal);
    const lastActivityAt = events.at(-1)?.at ?? null;
    return { wallet, rows, state: "DONE", units, days: daysOf(events, makerMicros), lastActivityAt };
  } catch (error) {
    if (error instanceof ProviderInconsistencyError)
      return { wallet, rows: 0, state: "INCOMPLETE", reason: error.code };
    if (error instanceof RejectedError || error instanceof PayloadError)
      return { wallet, rows: 0, state: "FAILED", reason: error.code };
    throw error;
  }
}

async function resolve(
  history: AccountHistory,
  cache: ResolutionCache,
  markets: readonly MarketId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<MarketId, AccountResolution>> {
  const open = markets.filter((marketId) => !cache.has(marketId));
  const found = await history.resolutions(open, signal);
  for (const marketId of open) cache.set(marketId, found.get(marketId) ?? null);
  const known = new Map<MarketId, AccountResolution>();
  for (const marketId of markets) {
    const resolution = cache.get(marketId);
    if (resolution != null) known.set(marketId, resolution);
  }
  return known;
}

/**
 * The history does not say who was maker, so for wallets busy enough to be one by the rule of market makers it is
 * measured on their newest trades: what is not among those they took was made. In micros of the shares traded.
 */
async function measureMakerShare(
  history: AccountHistory,
  wallet: Address,
  since: EpochMs,
  events: readonly AccountEvent[],
  signal: AbortSignal,
): Promise<bigint> {
  const trades = events.filter(({ kind }) => kind === "BUY" || kind === "SELL");
  if (trades.length < MARKET_MAKER_MIN_FILLS) return ALL_TAKER;
  const taken = await history.takerShares(wallet, since, signal);
  const all = trades.reduce((sum, trade) => (trade.at >= taken.since ? sum + trade.shares : sum), 0n);
  return all <= taken.shares ? ALL_TAKER : mulDiv(all - taken.shares, MICROS, all, "floor");
}

function daysOf(events: readonly AccountEvent[], makerMicros: bigint): readonly ImportedDay[] {
  const days = new Map<number, { fills: number; volume: bigint }>();
  for (const { kind, at, cash } of events) {
    if (kind !== "BUY" && kind !== "SELL") continue;
    const epochDay = Math.floor(at / DAY_MS);
    const day = days.get(epochDay) ?? { fills: 0, volume: 0n };
    days.set(epochDay, { fills: day.fills + 1, volume: day.volume + cash });
  }
  return [...days].map(([epochDay, { fills, volume }]) => ({
    ...{ epochDay, fills, volume },
    makerVolume: mulDiv(volume, makerMicros, MICROS, "floor"),
  }));
}
