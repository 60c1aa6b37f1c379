import type { EngineConfig } from "../engine/state.ts";
import type { RiskLimits } from "../risk/limits.ts";
import type { CopyRules } from "./copy-rules.ts";

/** Protections that a strategy file may set. */
export type ProtectionLimits = Pick<
  RiskLimits,
  "stopCooldownMs" | "lossStreakMax" | "lossStreakPauseMs" | "maxDrawdownBps" | "drawdownPauseMs"
>;

/** What a strategy file says. */
export type Strategy = {
  readonly copy: CopyRules;
  readonly protections: Partial<ProtectionLimits>;
  /** Of the file's text. */
  readonly hash: string;
};

/** @param config without any strategy file: what the file does not say is taken from there */
export const applyStrategy = (config: EngineConfig, { copy, protections, hash }: Strategy): EngineConfig => ({
  ...config,
  copy,
  limits: { ...config.limits, ...protections },
  strategyHash: hash,
});
