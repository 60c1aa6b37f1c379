import { ZERO_32 } from "../../src/core/chain/exchange-order.ts";
import { NO_COPY_RULES } from "../../src/core/copy/copy-rules.ts";
import type { EngineEvent, EventOf } from "../../src/core/engine/event.ts";
import type { EngineConfig } from "../../src/core/engine/state.ts";
import { step } from "../../src/core/engine/step.ts";
import type { MarketTerms, MarketView } from "../../src/core/execution/market-view.ts";
import {
  type ClientOrderId,
  parseAddress,
  parseMarketId,
  parseOrderHash,
  parseTokenId,
} from "../../src/core/ids/ids.ts";
import { NO_FEE, type OrderBook, type OutcomeIndex } from "../../src/core/market/market.ts";
import { parsePrice, parseShares, parseUsd, usd } from "../../src/core/money/amounts.ts";
import type { ApprovedOrder } from "../../src/core/risk/check-order.ts";
import { DEFAULT_RISK_LIMITS } from "../../src/core/risk/limits.ts";
import type { MarketFacts, ObservedFill, WalletFacts } from "../../src/core/signals/observed-fill.ts";
import { DEFAULT_SIGNAL_RULES } from "../../src/core/signals/signal-rules.ts";
import { addMs, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { LiveOrder } from "../../src/ports/live-order-store.ts";

/** Builders for tests: each gives something ordinary, and takes what the test is about. */

export const NOON: EpochMs = epochMs(Date.UTC(2026, 10, 20, 12));

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;
export const aWallet = (n: number) => parseAddress(hex(n, 40));
export const aMarketId = (n: number) => parseMarketId(hex(n, 64));
export const aTokenId = (market: number, outcome: OutcomeIndex) =>
  parseTokenId(String(1_000_000 + market * 2 + outcome));
export const anOrderHash = (n: number) => parseOrderHash(hex(n, 64));

const must = <T>(value: T | null): T => {
  if (value === null) throw new Error("a test gave a malformed amount");
  return value;
};
export const $ = (text: string) => must(parseUsd(text));
export const sh = (text: string) => must(parseShares(text));
export const px = (text: string) => must(parsePrice(text));

export const aConfig = (change: Partial<EngineConfig> = {}): EngineConfig => ({
  mode: "PAPER",
  capitalUsd: usd(10_000_000_000n),
  signals: DEFAULT_SIGNAL_RULES,
  sizing: { method: "classic", kellyFraction: 0.25, maxPositionUsd: usd(1_000_000_000n) },
  limits: DEFAULT_RISK_LIMITS,
  copy: NO_COPY_RULES,
  strategyHash: null,
  ...change,
});

export const aWhale: WalletFacts = {
  score: 9,
  tier: "WHALE",
  followEligible: true,
  edgeLowerBound: 0.05,
  scoreVersion: 1,
  scoredAt: NOON,
};
export const aDegen: WalletFacts = { ...aWhale, score: 2, tier: "DEGEN", followEligible: false, edgeLowerBound: -0.1 };

export type FillOptions = {
  readonly at?: EpochMs;
  readonly block?: number;
  readonly log?: number;
  readonly order?: number;
  readonly wallet?: number;
  readonly side?: "BUY" | "SELL";
  readonly market?: number;
  readonly outcome?: OutcomeIndex;
  readonly size?: string;
  readonly cash?: string;
  readonly heldBefore?: string | null;
  readonly score?: WalletFacts;
  readonly category?: string | null;
  readonly eventId?: string | null;
  readonly endsAt?: EpochMs | null;
  readonly negRisk?: boolean;
  /** How long ago it happened when we were told. */
  readonly ageMs?: number;
};

/** A whale buys 400 shares for 200 USD, two seconds ago. */
export function aFillEvent(options: FillOptions = {}): EventOf<"fillObserved"> {
  const { at = NOON, market = 1, outcome = 0, ageMs = 2_000, heldBefore = null } = options;
  const fill: ObservedFill = {
    blockNumber: options.block ?? 100,
    logIndex: options.log ?? 0,
    orderHash: anOrderHash(options.order ?? 1),
    wallet: aWallet(options.wallet ?? 1),
    side: options.side ?? "BUY",
    tokenId: aTokenId(market, outcome),
    size: sh(options.size ?? "400"),
    cash: $(options.cash ?? "200"),
    occurredAt: addMs(at, -ageMs),
    knownAt: at,
    heldBefore: heldBefore === null ? null : sh(heldBefore),
  };
  return {
    kind: "fillObserved",
    at,
    fill,
    wallet: options.score ?? aWhale,
    market: aMarket({ ...options, market, outcome }),
  };
}

const aMarket = (options: { market: number; outcome: OutcomeIndex } & FillOptions): MarketFacts => ({
  marketId: aMarketId(options.market),
  outcomeIndex: options.outcome,
  title: `Market ${options.market}`,
  outcome: options.outcome === 0 ? "Yes" : "No",
  category: options.category ?? null,
  eventId: options.eventId ?? null,
  endsAt: options.endsAt ?? null,
  tickSize: px("0.01"),
  negRisk: options.negRisk ?? null,
});

type Level = readonly [price: string, size: string];
export const aBook = (bids: readonly Level[], asks: readonly Level[], change: Partial<OrderBook> = {}): OrderBook => ({
  tokenId: aTokenId(1, 0),
  bids: bids.map(([price, size]) => ({ price: px(price), size: sh(size) })),
  asks: asks.map(([price, size]) => ({ price: px(price), size: sh(size) })),
  tickSize: px("0.01"),
  minOrderSize: sh("5"),
  asOf: NOON,
  ...change,
});

export const someTerms: MarketTerms = {
  tickSize: px("0.01"),
  minOrderSize: sh("5"),
  fee: NO_FEE,
  acceptingOrders: true,
};

export const aView = (at: EpochMs = NOON, change: Partial<MarketView> = {}): MarketView => ({
  book: aBook([["0.49", "10000"]], [["0.51", "10000"]]),
  terms: someTerms,
  observedAt: at,
  chainAsOf: at,
  ...change,
});

export const startedEvent = (config: EngineConfig = aConfig(), at: EpochMs = NOON): EngineEvent => ({
  kind: "started",
  at,
  config,
});

/** Only the engine's risk check makes an order that a venue takes. */
export function anApprovedOrder(): ApprovedOrder {
  const { state, commands } = step(step(null, startedEvent(aConfig())).state, aFillEvent());
  const asked = commands.find((command) => command.kind === "requestBook");
  if (asked?.kind !== "requestBook") throw new Error("no book was asked for");
  const decided = step(state, { kind: "bookObserved", at: NOON, subject: asked.subject, view: aView() });
  const placed = decided.commands.find((command) => command.kind === "placeOrder");
  if (placed?.kind !== "placeOrder") throw new Error("no order was placed");
  return placed.order;
}

/** Signed, and not sent yet: 9.98 USD for 10.1319 shares. */
export const aLiveOrder = (n: number, changes: Partial<LiveOrder> = {}): LiveOrder => ({
  ...{
    clientOrderId: `O-${n}` as ClientOrderId,
    marketId: aMarketId(1),
    orderHash: anOrderHash(n),
    signedAt: addMs(NOON, n),
  },
  signed: {
    order: {
      ...{ salt: 9_007_199_254_740_991n, maker: aWallet(1), signer: aWallet(1), tokenId: aTokenId(1, 0) },
      ...{ makerAmount: 9_980_000n, takerAmount: 10_131_900n, side: "BUY", signatureType: 3, timestamp: NOON },
      ...{ metadata: ZERO_32, builder: ZERO_32 },
    },
    ...{ signature: "0xabcd", expiration: 0, timeInForce: "FAK", postOnly: false },
  },
  ...{ lastSentAt: null, isKnown: false, tradeIds: [], trades: [], result: null },
  ...changes,
});
