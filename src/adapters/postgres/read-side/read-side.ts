import type { ReadSide } from "../../../ports/read-side.ts";
import type { Database } from "../connect.ts";
import * as health from "./health.ts";
import { readLiveTrading } from "./live-trading.ts";
import * as markets from "./markets.ts";
import * as models from "./models.ts";
import { readMode, readState, readTotals } from "./overview.ts";
import * as performance from "./performance.ts";
import * as research from "./research.ts";
import * as trades from "./trades.ts";
import * as trading from "./trading.ts";
import * as wallets from "./wallets.ts";

export const createReadSide = (db: Database): ReadSide => ({
  trades: (filter, page) => trades.readTrades(db, filter, page),
  wallets: (filter, page) => wallets.readWallets(db, filter, page),
  signals: (filter, page) => trading.readSignalPage(db, filter, page),
  positions: (filter, page) => trading.readPositionPage(db, filter, page),
  markets: (filter, page) => markets.readMarkets(db, filter, page),
  controls: (page) => trading.readControls(db, page),
  performance: (page) => performance.readPerformancePage(db, page),
  alerts: (page) => health.readAlerts(db, page),
  commands: (page) => health.readCommands(db, page),
  coverage: (page) => health.readCoverage(db, page),
  walletHistory: (wallet, page) => wallets.readWalletHistory(db, wallet, page),
  walletUnits: (wallet, page) => wallets.readWalletUnits(db, wallet, page),
  wallet: (wallet) => wallets.readWalletPage(db, wallet),
  signal: (id) => trading.readSignal(db, id),
  position: (id) => trading.readPosition(db, id),
  market: (id) => markets.readMarket(db, id),
  marketPrices: (id, series) => markets.readMarketPrices(db, id, series),
  marketFlow: (id, series) => markets.readMarketFlow(db, id, series),
  marketWallets: (id, page) => markets.readMarketWallets(db, id, page),
  equity: (from, points) => performance.readEquity(db, from, points),
  breakdown: (by) => performance.readBreakdown(db, by),
  controlComparison: () => performance.readControlComparison(db),
  mode: () => readMode(db),
  state: () => readState(db),
  totals: () => readTotals(db),
  health: () => health.readHealth(db),
  liveTrading: () => readLiveTrading(db),
  queues: () => health.readQueues(db),
  research: (page) => research.readResearch(db, page),
  researchReport: (id) => research.readResearchReport(db, id),
  sweeps: (page) => research.readSweeps(db, page),
  sweep: (id) => research.readSweep(db, id),
  researchTables: (page) => research.readResearchTables(db, page),
  researchTable: (id) => research.readResearchTable(db, id),
  models: (page) => models.readModels(db, page),
  model: (id) => models.readModel(db, id),
  reportPage: (kind, id) => research.readReportPage(db, kind, id),
  newestSeq: () => trades.readNewestSeq(db),
  newTrades: (after, limit) => trades.readNewTrades(db, after, limit),
  recentSignals: (limit) => trading.readRecentSignals(db, limit),
  recentPositions: (limit) => trading.readRecentPositions(db, limit),
});
