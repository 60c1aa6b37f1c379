import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import type { Address, MarketId } from "../../src/core/ids/ids.ts";
import { parseTokenId } from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import type { AccountEvent } from "../../src/core/reputation/account-event.ts";
import { foldAccountEvents } from "../../src/core/reputation/imported-units.ts";
import { addMs, DAY_MS, type EpochMs, epochMs, HOUR_MS } from "../../src/core/time/time.ts";
import type { ImportedWallet, ImportRun, ImportStore } from "../../src/ports/import-store.ts";
import { aFill, aRecord, blockTime, preparedMarket, resolved, tokenNo, walletNo } from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";
import { hash32 } from "../support/sample-logs.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20));

/** A wallet that won `wins` of its markets of ten dollars at 0.40, one a day up to now. */
function imported(wallet: Address, markets: number, wins = markets): ImportedWallet & { readonly state: "DONE" } {
  const ids = Array.from({ length: markets }, (_, i) => hash32(`${wallet}/${i}`) as MarketId);
  const openedAt = (i: number): EpochMs => addMs(NOW, -(i + 1) * DAY_MS);
  const events = ids.map(
    (marketId, i): AccountEvent => ({
      ...{ kind: "BUY", at: openedAt(i), marketId, tokenId: parseTokenId(String(i + 1)), outcome: 0, eventSlug: null },
      ...{ shares: shares(25_000_000n), cash: usd(10_000_000n) },
    }),
  );
  const resolutions = new Map(
    ids.map((marketId, i) => {
      const payoutNumerators = i < wins ? ([1n, 0n] as const) : ([0n, 1n] as const);
      return [marketId, { at: addMs(openedAt(i), HOUR_MS), payoutNumerators }] as const;
    }),
  );
  const facts = { since: addMs(NOW, -120 * DAY_MS), resolutions, spans: new Map(), positions: [] };
  const days = [{ epochDay: Math.floor(NOW / DAY_MS), fills: markets, volume: 10_000_000n, makerVolume: 0n }];
  const units = foldAccountEvents(events, facts);
  return { wallet, rows: markets, state: "DONE", units, days, lastActivityAt: openedAt(0) };
}

describe("the store of imports", () => {
  describeOnEachEngine("on", (getDb) => {
    let bench: ReputationBench;
    let store: ImportStore;
    let run: ImportRun;
    const wallets = [walletNo(1), walletNo(2), walletNo(3)];

    beforeEach(async () => {
      bench = await createReputationBench(getDb(), { now: NOW });
      store = createImportStore(getDb());
      const candidates = wallets.map((wallet) => ({ wallet, foundOn: "tape" }));
      const wanted = { walletsWanted: 3, days: 90, historyFrom: addMs(NOW, -120 * DAY_MS), startedAt: NOW };
      run = await store.startRun(wanted, candidates);
    });

    test("goes on with what is left, in the order of the candidates, until the run is finished", async () => {
      expect(await store.pending(run.runId)).toEqual(wallets);
      await store.save(run.runId, imported(walletNo(1), 12), NOW);
      expect(await store.pending(run.runId)).toEqual(wallets.slice(1));
      expect(await store.unfinishedRun(addMs(NOW, -1))).toEqual(run);
      expect(await store.unfinishedRun(addMs(NOW, 1))).toBeNull();
      await store.finishRun(run.runId, NOW);
      expect(await store.unfinishedRun(addMs(NOW, -1))).toBeNull();
      expect(await store.hasScores()).toBe(true);
    });

    test("wallets get scores that say where they come from, once the service has run", async () => {
      await store.save(run.runId, imported(walletNo(1), 30, 27), NOW);
      await bench.service.calculate();
      expect(await bench.stats(walletNo(1))).toMatchObject({
        ...{ source: "data-api", closed_markets: 30, profitable_trades: 27, total_trades: 0n, follow_eligible: true },
        ...{ total_pnl_usd: "375.000000", first_trade_at: null, trader_tier: "SMART" },
      });
      const [row] = (
        await sql<{ source: string; wallet_address: string }>`SELECT * FROM orderflow_reputation_history`.execute(
          getDb().kysely,
        )
      ).rows;
      expect(row).toMatchObject({ source: "data-api", wallet_address: walletNo(1) });
    });

    test("an incomplete history has no score, and takes away the one of an earlier import", async () => {
      await store.save(run.runId, imported(walletNo(1), 30), NOW);
      await bench.service.calculate();
      await store.save(
        run.runId,
        { wallet: walletNo(1), rows: 9, state: "INCOMPLETE", reason: "DATA_PAGE_REPEATED" },
        NOW,
      );
      await bench.service.calculate();
      expect(await bench.stats(walletNo(1))).toBeUndefined();
      expect(await store.counts(run.runId)).toEqual({
        ...{ pending: 2, done: 0, incomplete: 1, failed: 0, reasons: new Map([["DATA_PAGE_REPEATED", 1]]) },
      });
    });

    test("units of before the lookback do not count, and leave it as time goes on", async () => {
      await store.save(run.runId, imported(walletNo(1), 12), NOW);
      await bench.service.calculate();
      expect((await bench.stats(walletNo(1)))?.closed_markets).toBe(12);
      await bench.clock.advance(85 * DAY_MS);
      await bench.service.calculate();
      expect((await bench.stats(walletNo(1)))?.closed_markets).toBe(5);
    });

    test("the crowd's prior of the edge is the chain's alone", async () => {
      await store.save(run.runId, imported(walletNo(1), 30, 20), NOW);
      await store.save(run.runId, imported(walletNo(2), 30, 10), NOW);
      await bench.service.calculate();
      expect((await bench.store.edgePrior()).population.wallets).toBe(0n);
      expect((await bench.stats(walletNo(1)))?.edge_markets).toBe(30n);
    });

    test("our own history replaces the venue's when it has more to say, and the two are never added up", async () => {
      await store.save(run.runId, imported(walletNo(1), 12), NOW);
      /** Losers of our own, one market each. */
      const loseIn = async (from: number, markets: number): Promise<void> => {
        const numbers = Array.from({ length: markets }, (_, i) => from + i);
        const at = (n: number) => Math.floor((NOW - blockTime(0)) / 2_000) - 1_000 + 10 * n;
        await bench.chain.extend(
          aRecord(at(from), at(from + markets) - 1, {
            markets: numbers.map((n) => preparedMarket(n, at(n))),
            fills: numbers.map((n) => aFill({ blockNumber: at(n), wallet: walletNo(1), tokenId: tokenNo(2 * n) })),
            resolutions: numbers.map((n) => resolved(n, [0n, 1n], at(n) + 5)),
          }),
        );
        const head = at(from + markets) - 1;
        await bench.chain.finalize(head, head, blockTime(head));
        await bench.service.calculate();
      };
      const shown = async () => {
        const { source, closed_markets, profitable_trades } = (await bench.stats(walletNo(1))) ?? {};
        return { source, closed_markets, profitable_trades };
      };
      await loseIn(0, 8);
      expect(await shown()).toEqual({ source: "data-api", closed_markets: 12, profitable_trades: 12 });
      await loseIn(8, 2);
      expect(await shown()).toEqual({ source: "chain", closed_markets: 10, profitable_trades: 0 });
      // Imported anew with less than is known by then, it stays as it is.
      await store.save(run.runId, imported(walletNo(1), 11), NOW);
      await bench.service.calculate();
      expect(await shown()).toEqual({ source: "chain", closed_markets: 10, profitable_trades: 0 });
    });

    test("one process imports at a time", async () => {
      const release = await store.lock();
      if (getDb().engine === "postgresql") expect(await store.lock()).toBeNull();
      await release?.();
      const again = await store.lock();
      expect(again).not.toBeNull();
      await again?.();
    });
  });
});
