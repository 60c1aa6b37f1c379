import type { RunOptions } from "../../src/core/backtest/run.ts";
import { NO_COPY_RULES } from "../../src/core/copy/copy-rules.ts";
import type { EngineConfig } from "../../src/core/engine/state.ts";
import { usd } from "../../src/core/money/amounts.ts";
import { DEFAULT_RISK_LIMITS } from "../../src/core/risk/limits.ts";
import { DEFAULT_SIGNAL_RULES } from "../../src/core/signals/signal-rules.ts";
import { DAY_MS, type EpochMs } from "../../src/core/time/time.ts";

export const dollars = (amount: number) => usd(BigInt(Math.round(amount * 1e6)));

export const engineOf = (signals: Partial<EngineConfig["signals"]> = {}): EngineConfig => ({
  mode: "PAPER",
  capitalUsd: dollars(10_000),
  signals: { ...DEFAULT_SIGNAL_RULES, ...signals },
  sizing: { method: "classic", kellyFraction: 0.25, maxPositionUsd: dollars(1_000) },
  limits: DEFAULT_RISK_LIMITS,
  copy: NO_COPY_RULES,
  strategyHash: null,
});

/** As the command line has them unless told otherwise. */
export const runOptions = (from: EpochMs, to: EpochMs, engine: EngineConfig = engineOf()): RunOptions => ({
  ...{ engine, from, to, seed: 1, trades: true },
  ...{ delayMs: 3_000, latencyMs: 500, evidenceMs: 60_000, lookbackMs: 90 * DAY_MS },
});
