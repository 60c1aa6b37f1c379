import type { Environment } from "../adapters/config/environment.ts";
import { NO_COPY_RULES } from "../core/copy/copy-rules.ts";
import type { EngineConfig } from "../core/engine/state.ts";
import { DEFAULT_RISK_LIMITS } from "../core/risk/limits.ts";
import { DEFAULT_SIGNAL_RULES } from "../core/signals/signal-rules.ts";
import { SECOND_MS } from "../core/time/time.ts";

/** What the environment says of trading on paper, without a strategy file. Ages stretch with a faster clock. */
export function engineConfig(environment: Environment, machineTimeFactor: number): EngineConfig {
  const { MAX_POSITION_USD: maxPositionUsd } = environment;
  return {
    mode: "PAPER",
    capitalUsd: environment.CAPITAL_USD,
    signals: {
      ...DEFAULT_SIGNAL_RULES,
      followWhales: environment.ENABLE_WHALE_FOLLOWING,
      fadeDegens: environment.ENABLE_DEGEN_FADING,
      minWhaleScore: environment.MIN_WHALE_SCORE,
      minWhaleTradeUsd: environment.MIN_WHALE_TRADE_USD,
      maxFadeScore: environment.MAX_FADE_SCORE,
      panicWindowMs: environment.PANIC_WINDOW_SECONDS * SECOND_MS,
      ttlMs: environment.SIGNAL_TTL_SECONDS * SECOND_MS,
      triggerAgeMsMax: DEFAULT_SIGNAL_RULES.triggerAgeMsMax * machineTimeFactor,
    },
    sizing: { method: environment.SIZING, kellyFraction: environment.KELLY_FRACTION, maxPositionUsd },
    limits: {
      ...DEFAULT_RISK_LIMITS,
      maxPositionUsd,
      minConfidence: environment.MIN_SIGNAL_CONFIDENCE,
      maxOpenPositions: environment.MAX_OPEN_POSITIONS,
      maxDailyLossUsd: environment.MAX_DAILY_LOSS,
      dataAgeMsMax: DEFAULT_RISK_LIMITS.dataAgeMsMax * machineTimeFactor,
    },
    copy: NO_COPY_RULES,
    strategyHash: null,
  };
}
