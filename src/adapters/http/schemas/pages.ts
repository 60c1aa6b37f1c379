/** Answers of one page each: what several tables say together. */
import { z } from "@hono/zod-openapi";
import * as rows from "./rows.ts";
import * as seen from "./seen.ts";
import {
  address,
  count,
  decimal,
  flag,
  mode,
  ratio,
  text,
  tier,
  time,
  timeOrNull,
  tradingState,
  whole,
} from "./values.ts";

const account = z.object({
  mode,
  capital_usd: decimal,
  cash_usd: decimal,
  equity_usd: decimal,
  realized_pnl_usd: decimal,
  unrealized_pnl_usd: decimal,
  day_pnl_usd: decimal.openapi({
    description: "of `today`, realized and unrealized: what the limit of a day's loss counts",
  }),
  open_positions: whole,
  trading_state: tradingState,
  entries_stopped_until: timeOrNull,
  updated_at: time,
});

export const chain = z.object({
  head_block: whole.openapi({ description: "-1: no block was read yet" }),
  finalized_block: whole,
  block_time: timeOrNull,
  updated_at: time,
});

/** What changes by the second; the topic `state` of the stream. */
export const state = z
  .object({
    account: account.nullable().openapi({ description: "null: no executor has run here yet" }),
    today: rows.performanceDay.nullable(),
    feed: chain.extend({ commands_waiting: whole }).nullable(),
    executor: z.object({ is_running: flag, last_seen_at: timeOrNull, trading_state: tradingState.nullable() }),
  })
  .openapi("State");

export const overview = state
  .extend({
    totals: z.object({
      fills: count,
      wallets: count,
      markets: count,
      resolved_markets: count,
      quarantined: count,
      last_fill_at: timeOrNull,
    }),
    tiers: z.array(z.object({ trader_tier: tier, wallets: count })),
    signals: z.array(z.object({ signal_type: text, status: text, skip_reason: text.nullable(), count })),
    positions: z.object({
      open: count,
      closed: count,
      resolved: count,
      wins: count,
      realized_pnl_usd: decimal,
      unrealized_pnl_usd: decimal,
      fees_usd: decimal,
    }),
  })
  .openapi("Overview");

export const equityPoint = z
  .object({ mode, at: time, equity_usd: decimal, drawdown_ratio: ratio })
  .openapi("EquityPoint");

const parts = z.object({ winRate: ratio, profit: ratio, consistency: ratio, volume: ratio, timing: ratio });

const explanation = z.object({
  isDue: flag,
  leftOut: z.object({ open: whole, incomplete: whole, beforeLookback: whole, nothingPaid: whole, combos: whole }),
  published: z
    .object({
      calculatedAt: time,
      version: whole,
      source: text,
      score: ratio,
      raw: ratio,
      confidence: ratio,
      parts,
      units: whole,
      wins: whole,
      winRate: ratio,
      avgProfit: ratio,
      roiDeviation: ratio,
      pnlUsd: decimal,
      tier,
      runsPast: whole,
      isFollowEligible: flag,
      ineligibleReason: text.nullable(),
      reasons: z.array(text),
      makerShare: ratio.nullable(),
      largestUnitUsd: decimal,
      wash: z.object({ cluster: address, members: whole, share: ratio }).nullable(),
      edge: z.object({ perShare: ratio, lowerBound: ratio, markets: whole, k: ratio.nullable() }).nullable(),
    })
    .nullable(),
});

export const walletPage = z
  .object({
    wallet_address: address,
    stats: seen.wallet.nullable(),
    explanation: explanation.nullable(),
    calibration: z.array(
      z.object({
        bucket: whole.openapi({ description: "0: paid under 0.10; 9: paid 0.90 and more" }),
        fills: whole,
        shares: decimal,
        avg_price: ratio,
        paid_out: ratio,
      }),
    ),
    linked: z.array(
      z.object({
        wallet_address: address,
        link: z.enum(["owner", "cluster"]),
        detail: text.nullable(),
        share: ratio.nullable(),
      }),
    ),
  })
  .openapi("WalletPage");

export const signalPage = rows.signal
  .extend({
    checks: z.array(
      z.object({ step: whole, code: text, limit: text.nullable(), value: text.nullable(), passed: flag }),
    ),
    book_seen: z.unknown(),
    panic_wallets: z.unknown(),
    model: z.unknown(),
    score_calculated_at: timeOrNull,
    score_closed_markets: whole.nullable(),
    trigger_order_hash: text,
    client_order_id: text.nullable(),
  })
  .openapi("SignalPage");

export const positionPage = rows.position
  .extend({
    orders: z.array(
      z.object({
        client_order_id: text,
        side: text,
        limit_price: decimal,
        stake_usd: decimal.nullable(),
        size: decimal.nullable(),
        status: text,
        reason: text.nullable(),
        submitted_at: time,
        answered_at: timeOrNull,
        filled_size: decimal.nullable(),
        filled_usd: decimal.nullable(),
        fee_usd: decimal.nullable(),
      }),
    ),
  })
  .openapi("PositionPage");

export const marketPage = seen.market
  .extend({
    tokens: z.array(
      z.object({
        token_id: text,
        outcome_index: whole,
        outcome: text,
        last_price: decimal.nullable(),
        last_fill_at: timeOrNull,
      }),
    ),
  })
  .openapi("MarketPage");

export const pricePoint = z
  .object({
    at: time,
    token_id: text,
    outcome_index: whole,
    open: decimal,
    high: decimal,
    low: decimal,
    close: decimal,
    volume_usd: decimal,
    fills: whole,
  })
  .openapi("PricePoint");

export const flowPoint = z
  .object({ at: time, trader_tier: tier, outcome_index: whole, bought_usd: decimal, sold_usd: decimal, wallets: whole })
  .openapi("FlowPoint");

export const settings = z
  .object({
    groups: z.array(
      z.object({
        group: text,
        variables: z.array(
          z.object({
            name: text,
            value: text.nullable().openapi({ description: "null: not set. A secret shows as [redacted]" }),
            is_default: flag,
            is_secret: flag,
            description: text,
          }),
        ),
      }),
    ),
    limits: z.array(z.object({ name: text, value: text })),
    strategy_file: text.nullable(),
  })
  .openapi("Settings");

export const label = z.object({
  simulated: flag.openapi({ description: "true: every page has to say SIMULATED" }),
  mode,
  version: text,
  database: z.enum(["pglite", "postgresql"]),
  now: time,
  time_factor: ratio.openapi({ description: "how many times as fast as the wall the program's clock runs" }),
});

export const session = z
  .object({
    label,
    password_required: flag,
    authenticated: flag,
    may_command: flag.openapi({ description: "whether buttons would be obeyed: false in public, read-only use" }),
    csrf_token: text.nullable().openapi({ description: "to be sent as the header x-csrf-token with every POST" }),
  })
  .openapi("Session");

export const commandOutcome = z
  .object({
    command: text,
    position_id: text.nullable(),
    command_id: text.nullable(),
    outcome: z.enum(["done", "waiting", "refused"]).openapi({
      description: "done: obeyed, or so already. waiting: written, not taken up yet. refused: nothing was written",
    }),
    detail: text,
    executor: state.shape.executor,
  })
  .openapi("CommandOutcome");

export const problem = z
  .object({ code: text.openapi({ example: "CURSOR_INVALID" }), message: text })
  .openapi("Problem");
