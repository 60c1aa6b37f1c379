import type { ClaimCandidate, RedemptionRecord, SettlementStore } from "../../src/ports/settlement-store.ts";

type Id = Pick<RedemptionRecord, "marketId" | "attempt">;

/** Keeps redemptions as long as the test runs; the contract suite holds it to the same promises as the database. */
export function createMemorySettlement(candidates: readonly ClaimCandidate[] = []) {
  const records: RedemptionRecord[] = [];
  const claims: Parameters<SettlementStore["saveClaims"]>[0][] = [];
  const indexOf = ({ marketId, attempt }: Id): number =>
    records.findIndex((each) => each.marketId === marketId && each.attempt === attempt);
  const change = (id: Id, to: (record: RedemptionRecord) => Partial<RedemptionRecord>): Promise<void> => {
    const [index, record] = [indexOf(id), records[indexOf(id)]];
    if (record === undefined) return Promise.reject(new Error("no such redemption"));
    records[index] = { ...record, ...to(record) };
    return Promise.resolve();
  };
  const store: SettlementStore = {
    candidates: () => Promise.resolve(candidates),
    open: () =>
      Promise.resolve(records.filter(({ outcome }) => outcome === null).toSorted((a, b) => a.signedAt - b.signedAt)),
    last(marketId) {
      const own = records.filter((each) => each.marketId === marketId).toSorted((a, b) => b.attempt - a.attempt);
      const succeeded = own.findIndex(({ outcome }) => outcome === "REDEEMED");
      const [record] = own;
      const failures = succeeded === -1 ? own.length : succeeded;
      return Promise.resolve(record === undefined ? null : { record, failures });
    },
    add(record) {
      if (indexOf(record) === -1) records.push(record);
      return Promise.resolve(records[indexOf(record)] as RedemptionRecord);
    },
    markSent: (id, at) => change(id, () => ({ lastSentAt: at })),
    markRelayed: (id, relayId) => change(id, () => ({ relayId })),
    finish: (id, outcome, reason, at) =>
      change(id, (record) => (record.outcome === null ? { outcome, reason, finishedAt: at } : {})),
    saveClaims: (saved) => Promise.resolve(void claims.push(saved)),
  };
  return { store, records, claims };
}
