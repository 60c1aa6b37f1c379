import { createPrng, type Seed } from "../random/prng.ts";

/** What goes wrong with one `POST /order` (API sheet, sections 2.7, 2.8 and 6). */
export type OrderFault =
  /** Taken, and never answered. */
  | "timeout"
  /** Taken; the connection breaks before the answer. */
  | "answer lost"
  /** The connection breaks before the order is read. */
  | "lost"
  /** 425: the matching engine restarts. */
  | "restarting"
  | "post-only"
  | "cancel-only"
  | "disabled"
  /** 500, not taken. */
  | "order timed out"
  | "no match"
  /** Matched; the settlement reverts on the chain, then again, and is given up. */
  | "settlement fails"
  /** `success: true` with an error text. */
  | "success with an error"
  /** The tick grows tenfold while the order is on its way. */
  | "tick change"
  /** The venue believes that the wallet holds nothing until it is told to look again. */
  | "stale balance"
  | "rate limited"
  /** The firewall's page. */
  | "forbidden";

/** One fault for each order to come: first those that were planned, then drawn ones. */
export type OrderFaults = {
  /** null: the order after the last planned one goes as it should. */
  plan(...faults: readonly (OrderFault | null)[]): void;
  next(): OrderFault | null;
  /** Orders that came in so far, and were taken or not. */
  seen(): number;
};

/** Probability of each fault for an order that nothing was planned for. */
export type FaultRates = Readonly<Partial<Record<OrderFault, number>>>;

export function createOrderFaults(seed: Seed, rates: FaultRates): OrderFaults {
  const random = createPrng(seed, "order faults");
  const planned: (OrderFault | null)[] = [];
  let seen = 0;
  function draw(): OrderFault | null {
    let rest = random();
    for (const [fault, rate] of Object.entries(rates)) {
      rest -= rate;
      if (rest < 0) return fault as OrderFault;
    }
    return null;
  }
  return {
    plan: (...faults) => void planned.push(...faults),
    next() {
      seen += 1;
      return planned.length > 0 ? (planned.shift() ?? null) : draw();
    },
    seen: () => seen,
  };
}
