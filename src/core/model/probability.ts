/** No price is certain: the finest tick on either side. */
const NEAREST = 1e-4;

export const clampPrice = (price: number): number => Math.min(1 - NEAREST, Math.max(NEAREST, price));
export const logit = (probability: number): number => Math.log(probability / (1 - probability));
export const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Of one share that paid `payout`, 0 to 1, by somebody who said `probability`. */
export const logLoss = (probability: number, payout: number): number =>
  -(payout * Math.log(probability) + (1 - payout) * Math.log(1 - probability));

/** Where a departure, in logits, leads from a price. */
export const probabilityAt = (price: number, departure: number): number =>
  clampPrice(logistic(logit(price) + departure));
