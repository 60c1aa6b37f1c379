import { assert } from "../assert.ts";
import { floorToCent, type PriceMicros, toNumber, type UsdMicros, usd } from "../money/amounts.ts";

/** `classic` takes the signal's confidence as the probability of winning; `calibrated` takes only a proven edge. */
export type SizingMethod = "classic" | "calibrated";

export type SizingConfig = {
  readonly method: SizingMethod;
  /** Share of full Kelly that is staked, e.g. 0.25. */
  readonly kellyFraction: number;
  readonly maxPositionUsd: UsdMicros;
};

/** What a signal knows about its chance of winning. */
export type SizingEvidence = {
  readonly confidence: number;
  /** The confidence is a lower bound itself, a model's: `calibrated` takes it as it is. */
  readonly isProven?: boolean;
  /** What the trigger paid: the price that the edge was measured from. */
  readonly triggerPrice: PriceMicros;
  /** USD per share, one-sided 95 %; null: never measured. */
  readonly edgeLowerBound: number | null;
};

export type Stake = {
  readonly probability: number;
  /** Full Kelly share of the bankroll, `(b·p − (1 − p)) / b`; negative where the bet loses on average. */
  readonly kelly: number;
  readonly stakeUsd: UsdMicros;
};

/** Kelly's share for a binary bet bought at `price` that pays 1 with `probability`; b are the net odds. */
export function computeKelly(probability: number, price: number): number {
  assert(price > 0 && price < 1, "Kelly needs a price between 0 and 1", { price });
  assert(probability >= 0 && probability <= 1, "Kelly needs a probability", { probability });
  const b = (1 - price) / price;
  return (b * probability - (1 - probability)) / b;
}

/**
 * The edge is added to the cheaper of the trigger's price and ours. What we pay above the trigger is taken from the edge,
 * as it is in truth; what we pay less proves nothing, so that an unproven edge gets nothing at any price.
 */
export function computeProbability(method: SizingMethod, evidence: SizingEvidence, ourPrice: number): number {
  if (method === "classic" || evidence.isProven === true) return evidence.confidence;
  if (evidence.edgeLowerBound === null) return ourPrice;
  const measuredAt = Math.min(toNumber(evidence.triggerPrice), ourPrice);
  return Math.min(1, Math.max(0, measuredAt + evidence.edgeLowerBound));
}

/** How much one entry stakes: a share of Kelly, or always the same. */
export type StakeRule =
  | { readonly kind: "kelly"; readonly fraction: number }
  | { readonly kind: "fixed"; readonly usd: UsdMicros };

/**
 * `clamp(fraction · f, 0, 1) · maxPositionUsd`, rounded to the micro, then down to the cent.
 * The only place where a float becomes money.
 */
export function computeStake(config: SizingConfig, evidence: SizingEvidence, ourPrice: PriceMicros): Stake {
  const price = toNumber(ourPrice);
  const probability = computeProbability(config.method, evidence, price);
  const kelly = computeKelly(probability, price);
  const share = Math.min(1, Math.max(0, config.kellyFraction * kelly));
  const micros = Math.round(share * Number(config.maxPositionUsd));
  assert(Number.isSafeInteger(micros), "a stake is a safe integer of micros", { share });
  return { probability, kelly, stakeUsd: floorToCent(usd(BigInt(micros))) };
}

/** The stake by a strategy file's rule; a fixed one says beside it what Kelly would have. */
export function computeStakeBy(
  rule: StakeRule,
  config: SizingConfig,
  evidence: SizingEvidence,
  ourPrice: PriceMicros,
): Stake {
  if (rule.kind === "kelly") return computeStake({ ...config, kellyFraction: rule.fraction }, evidence, ourPrice);
  return { ...computeStake(config, evidence, ourPrice), stakeUsd: floorToCent(rule.usd) };
}
