import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { createReconciliationStore, readReconciliations } from "../../src/adapters/postgres/reconciliation-store.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { reportErrors } from "../../src/core/reputation/error-report.ts";
import type { ReconciliationRow, ReconciliationStore } from "../../src/ports/reconciliation-store.ts";
import { aFill, aRecord, blockTime, marketNo, preparedMarket, resolved, V1, walletNo } from "../support/chain-facts.ts";
import { aSplit, aTransfer, changeOf } from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const M = 1_000_000n;
const HEAD = 100;

describe("the store of reconciliations", () => {
  describeOnEachEngine("on", (getDb) => {
    let bench: ReputationBench;
    let store: ReconciliationStore;
    beforeEach(async () => {
      bench = await createReputationBench(getDb());
      store = createReconciliationStore(getDb());
      await sql`DELETE FROM flow.reconciliation`.execute(getDb().kysely);
    });

    /** Wallets 1 to 4 bought ten shares of market 0 each, which paid its first outcome; wallet 1 did more. */
    async function readChain(): Promise<void> {
      const buy = (n: number) => ({
        blockNumber: 10 + n,
        wallet: walletNo(n),
        size: shares(10n * M),
        cash: usd(4n * M),
      });
      await bench.chain.extend(
        aRecord(5, HEAD, {
          markets: [0, 1].map((n) => preparedMarket(n, 5)),
          fills: [
            ...[1, 2, 3, 4].map((n) => aFill({ ...buy(n), fee: 20_000n })),
            aFill({ ...buy(1), logIndex: 1, fee: M, feeAsset: "shares", exchange: V1, exchangeVersion: 1 }),
            aFill({ ...buy(1), blockNumber: 20, side: "SELL", size: shares(2n * M), cash: usd(M), fee: 5_000n }),
          ],
          effects: [
            aSplit({ block: 12 }, walletNo(1), 0, 3n * M),
            aTransfer({ block: 13 }, walletNo(2), walletNo(9), changeOf(0, 0, M)),
          ],
          resolutions: [resolved(0, [1n, 0n], 50)],
        }),
      );
      await bench.chain.finalize(HEAD, HEAD, blockTime(HEAD));
      await bench.service.calculate();
    }

    test("knows nothing of an empty database", async () => {
      expect(await store.coveredFrom()).toBeNull();
      expect(await store.sample(5)).toEqual([]);
      expect(await store.units(walletNo(1))).toEqual([]);
      expect(await readReconciliations(getDb())).toEqual([]);
    });

    test("gives a wallet's units with what the venue's figures are compared by", async () => {
      await readChain();
      expect(await store.coveredFrom()).toBe(blockTime(11));
      expect(await store.units(walletNo(1))).toEqual([
        {
          ...{ marketId: marketNo(0), openedAt: blockTime(11), closedAt: blockTime(50), isIncomplete: false },
          ...{ isArchived: false, isTransferred: false, isConverted: false, payoutNumerators: [1n, 0n] },
          // 10 + (10 − 1) + 3 shares, 2 sold for a dollar, 20 paid out; 4.02 + 4 + 3 paid in and 0.995 received.
          ...{ realised: 20n * M - 11_020_000n + 995_000n, fees: 25_000n },
          tokens: [
            { bought: 22n * M, feeShares: M },
            { bought: 3n * M, feeShares: 0n },
          ],
        },
      ]);
      expect(await store.units(walletNo(2))).toMatchObject([{ isTransferred: true, isConverted: false }]);
    });

    test("says which units have fills in the archive alone", async () => {
      await readChain();
      const { kysely } = getDb();
      await sql`INSERT INTO flow.archive_file (content, source, path, from_block, to_block, row_count, size_micros,
          cash_micros, fee_micros, first_block, first_log_index, last_block, last_log_index, first_at, last_at,
          file_bytes, created_at)
        VALUES ('fill', 'chain', 'x', 11, 11, 1, 0, 0, 0, 11, 0, 11, 0, now(), to_timestamp(${blockTime(11) / 1000}), 1,
          now())`.execute(kysely);
      expect(await store.units(walletNo(1))).toMatchObject([{ isArchived: true }]);
      expect(await store.units(walletNo(2))).toMatchObject([{ isArchived: false }]);
      await sql`DELETE FROM flow.archive_file`.execute(kysely);
    });

    test("counts blocks as held only with their splits and transfers", async () => {
      const fill = (block: number) => [aFill({ blockNumber: block })];
      await bench.chain.extend(aRecord(1, 10, { markets: [preparedMarket(0, 1)], fills: fill(5) }));
      expect(await store.coveredFrom()).toBeNull();
      await bench.chain.extend(aRecord(11, 20, { fills: fill(15), effects: [] }));
      expect(await store.coveredFrom()).toBe(blockTime(15));
    });

    const row = (ours: bigint): ReconciliationRow => {
      const sides = { ours: usd(ours), venue: usd(100n * M) };
      const cause = "UNEXPLAINED" as const;
      const differences = [{ marketId: marketNo(0), ...sides, cause }];
      const errors = reportErrors([{ wallet: walletNo(1), ...sides, units: 1, differences, cause }]);
      const notComparable = new Map([["NO_SERIES", 2] as const]);
      return { measure: "positions", coveredFrom: blockTime(1), walletsSampled: 3, errors, notComparable };
    };

    test("keeps every run, and shows the newest of each measure", async () => {
      await store.save([row(90n * M)], blockTime(200));
      await store.save([row(50n * M), { ...row(99n * M), measure: "user-pnl" }], blockTime(300));
      expect(await readReconciliations(getDb())).toEqual([
        {
          ...{ measure: "positions", reconciledAt: blockTime(300), wallets: 1, units: 1, shareWithin1Pct: 0 },
          ...{ medianUsd: "50", p99Usd: "50", maxUsd: "50", unexplained: 1 },
        },
        expect.objectContaining({ measure: "user-pnl", shareWithin1Pct: 1 }),
      ]);
      const { rows } = await sql<Record<string, unknown>>`SELECT not_comparable, causes, worst FROM flow.reconciliation
        ORDER BY id DESC LIMIT 1 OFFSET 1`.execute(getDb().kysely);
      expect(rows).toEqual([
        {
          not_comparable: { NO_SERIES: 2 },
          causes: [{ cause: "UNEXPLAINED", differences: 1, size_usd: "50" }],
          worst: [
            {
              ...{ wallet: walletNo(1), ours_usd: "50", venue_usd: "100", units: 1, cause: "UNEXPLAINED" },
              market_id: marketNo(0),
            },
          ],
        },
      ]);
    });

    test("samples wallets scored from the chain, others at each run", async () => {
      await readChain();
      const all = await store.sample(10);
      expect(all).toEqual(expect.arrayContaining([walletNo(1), walletNo(3), walletNo(4)]));
      const picked = new Set<string>();
      for (let run = 0; run < 12; run += 1) {
        const [one] = await store.sample(1);
        picked.add(one ?? "");
        await store.save([row(0n)], blockTime(200));
      }
      expect(picked.size).toBeGreaterThan(1);
    });
  });
});
