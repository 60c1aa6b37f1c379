/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = 0.3989422804014327 * Math.exp(-0.5 * x * x) * poly;
  return x >= 0 ? 1 - tail : tail;
}

/** Prices of the simulated crowd stay inside [0.0005, 0.9995], where log-odds are finite. */
export const clampProbability = (p: number): number => Math.min(0.9995, Math.max(0.0005, p));

export function logit(p: number): number {
  const inside = clampProbability(p);
  return Math.log(inside / (1 - inside));
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
