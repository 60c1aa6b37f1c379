import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; from a decision in memory to a block that came late. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type StreamCounts = { readonly open: number; readonly dropped_events: number };

/** What a process counts, in Prometheus' terms; each service touches its own. Names are listed in docs/operations. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `orderflow_${name}`, help, labelNames, registers });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `orderflow_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `orderflow_${name}`, help, buckets: LATENCY_BUCKETS, registers });
  let streams: (() => StreamCounts) | null = null;
  new Gauge({
    name: "orderflow_streams_open",
    help: "Browsers that look on",
    registers,
    collect() {
      this.set(streams?.().open ?? 0);
    },
  });
  new Gauge({
    name: "orderflow_stream_events_dropped",
    help: "Events that slow browsers missed since the start",
    registers,
    collect() {
      this.set(streams?.().dropped_events ?? 0);
    },
  });
  return {
    registry,
    watchStreams(counts: () => StreamCounts): void {
      streams = counts;
    },
    fills: counter("fills_total", "Fills written"),
    quarantined: counter("quarantined_logs_total", "Logs that could not be decoded or break an invariant"),
    reorgs: counter("reorgs_total", "Times that blocks were taken back"),
    headBlock: gauge("head_block", "Newest block of the chain, as the endpoints say"),
    heldBlock: gauge("held_block", "Newest block that was read"),
    lagBlocks: gauge("lag_blocks", "Blocks between the two"),
    blockToRow: histogram("block_to_row_seconds", "From a block's time to its rows, one observation a range"),
    endpointLatency: gauge("endpoint_latency_seconds", "Moving average", ["endpoint"]),
    endpointErrors: gauge("endpoint_error_ratio", "Moving average of failed requests", ["endpoint"]),
    endpointLag: gauge("endpoint_lag_blocks", "Blocks behind the best endpoint", ["endpoint"]),
    ledgerFills: counter("ledger_fills_total", "Fills applied to the ledger"),
    scores: counter("scores_total", "Scores calculated"),
    scoredAt: gauge("last_score_timestamp_seconds", "When scores were last calculated"),
    candidateFills: counter("candidate_fills_total", "Fills of watched wallets that the executor looked at"),
    inboxFills: gauge("inbox_fills", "Fills that the last look found waiting"),
    readEntry: gauge("read_entry", "Newest entry of the ingest log that the executor has read"),
    signals: counter("signals_total", "Signals by what became of them", ["type", "status"]),
    refusals: counter("refusals_total", "Signals that our own rules refused", ["code"]),
    orders: counter("orders_total", "Orders by their state", ["status"]),
    rowToDecision: histogram("row_to_decision_seconds", "From when a fill was known to its signal"),
    decisionToOrder: histogram("decision_to_order_seconds", "From a signal to its order"),
    orderToAnswer: histogram("order_to_answer_seconds", "From an order to its answer"),
    saveSeconds: histogram("executor_save_seconds", "How long the executor's transactions take"),
    equity: gauge("equity_usd", "Cash and marked holdings"),
    cash: gauge("cash_usd", "Cash"),
    realized: gauge("realized_pnl_usd", "Realised profit or loss since the start"),
    openPositions: gauge("open_positions", "Positions that are open"),
    tradingState: gauge("trading_state", "1 for the state that trading is in", ["state"]),
    queueDepth: gauge("queue_depth", "What waits for somebody", ["queue"]),
    ready: gauge("service_ready", "1 while a service of this process has what it waits for", ["service"]),
  };
}
