/** Rows and answers as JSON has them: the types of the API's own schemas. */
import type { z } from "zod";
import type { health } from "../../../src/adapters/http/schemas/health.ts";
import type { live } from "../../../src/adapters/http/schemas/live.ts";
import type { liveTrading } from "../../../src/adapters/http/schemas/live-trading.ts";
import type * as pages from "../../../src/adapters/http/schemas/pages.ts";
import type * as research from "../../../src/adapters/http/schemas/research.ts";
import type * as rows from "../../../src/adapters/http/schemas/rows.ts";
import type * as seen from "../../../src/adapters/http/schemas/seen.ts";

export type Trade = z.input<typeof seen.trade>;
export type Wallet = z.input<typeof seen.wallet>;
export type WalletHistory = z.input<typeof seen.walletHistory>;
export type Unit = z.input<typeof seen.unit>;
export type Signal = z.input<typeof rows.signal>;
export type Position = z.input<typeof rows.position>;
export type Market = z.input<typeof seen.market>;
export type MarketWallet = z.input<typeof seen.marketWallet>;
export type PerformanceDay = z.input<typeof rows.performanceDay>;
export type Breakdown = z.input<typeof rows.breakdownRow>;
export type Control = z.input<typeof rows.control>;
export type ControlComparison = z.input<typeof rows.controlComparison>;
export type CoverageRange = z.input<typeof rows.coverageRange>;
export type Alert = z.input<typeof rows.alert>;
export type Command = z.input<typeof rows.command>;

export type State = z.input<typeof pages.state>;
export type Overview = z.input<typeof pages.overview>;
export type EquityPoint = z.input<typeof pages.equityPoint>;
export type WalletPage = z.input<typeof pages.walletPage>;
export type SignalPage = z.input<typeof pages.signalPage>;
export type PositionPage = z.input<typeof pages.positionPage>;
export type MarketPage = z.input<typeof pages.marketPage>;
export type PricePoint = z.input<typeof pages.pricePoint>;
export type FlowPoint = z.input<typeof pages.flowPoint>;
export type Health = z.input<typeof health>;
export type LiveTrading = z.input<typeof liveTrading>;
export type Settings = z.input<typeof pages.settings>;
export type Session = z.input<typeof pages.session>;
export type CommandOutcome = z.input<typeof pages.commandOutcome>;

export type Backtest = z.input<typeof research.backtest>;
export type BacktestPage = z.input<typeof research.backtestPage>;
export type Sweep = z.input<typeof research.sweep>;
export type ResearchTable = z.input<typeof research.researchTable>;
export type Model = z.input<typeof research.model>;
export type ModelPage = z.input<typeof research.modelPage>;

export type LiveTrades = z.input<typeof live.trades>;
export type LiveHealth = z.input<typeof live.health>;
