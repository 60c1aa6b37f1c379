/** What becomes of one transaction that was handed to the node. */
export type TransactionFault =
  /** Taken and done; the answer is an error of the node's. */
  | "answer lost"
  /** Answered, and never mined. */
  | "dropped"
  | "reverted";

/** What becomes of one `POST /submit` at the relayer. */
export type RelayerFault =
  /** Taken; the connection breaks before the answer. */
  | "answer lost"
  /** The connection breaks before the request is read. */
  | "lost"
  | "rate limited"
  /** Taken, and fails on the chain. */
  | "fails"
  /** Taken, and never sent. */
  | "stuck";

export type PlannedFaults<Fault> = {
  /** null: the one after the last planned one goes as it should. */
  plan(...faults: readonly (Fault | null)[]): void;
  next(): Fault | null;
  /** Requests so far. */
  seen(): number;
};
export type TransactionFaults = PlannedFaults<TransactionFault>;
export type RelayerFaults = PlannedFaults<RelayerFault>;

export function createPlannedFaults<Fault>(): PlannedFaults<Fault> {
  const planned: (Fault | null)[] = [];
  let seen = 0;
  return {
    plan: (...faults) => void planned.push(...faults),
    next() {
      seen += 1;
      return planned.shift() ?? null;
    },
    seen: () => seen,
  };
}
