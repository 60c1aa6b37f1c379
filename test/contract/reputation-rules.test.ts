import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { Address } from "../../src/core/ids/ids.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { foldEntries, foldResolutions, replayEntries } from "../../src/core/reputation/fold.ts";
import { computeWalletScore } from "../../src/core/reputation/wallet-score.ts";
import { addMs, DAY_MS, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import {
  aFill,
  aMarketInfo,
  aRecord,
  blockTime,
  preparedMarket,
  resolved,
  tokenNo,
  walletNo,
} from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const M = 1_000_000;
const HEAD = 100;
const LONG_AGO = epochMs(0);

/** Two fills of one match: who rested sells to who crossed. */
function aSale(block: number, log: number, seller: number, buyer: number, market: number): readonly StoredFill[] {
  const trade = {
    blockNumber: block,
    tokenId: tokenNo(2 * market),
    size: shares(BigInt(10 * M)),
    cash: usd(5_000_000n),
  };
  return [
    aFill({
      ...trade,
      logIndex: log,
      wallet: walletNo(seller),
      counterparty: walletNo(buyer),
      side: "SELL",
      role: "maker",
    }),
    aFill({ ...trade, logIndex: log + 1, wallet: walletNo(buyer), side: "BUY", matchLogIndex: log + 1 }),
  ];
}

describeOnEachEngine("rules of reputation", (getDb) => {
  let bench: ReputationBench;
  beforeEach(async () => {
    bench = await createReputationBench(getDb());
  });

  const finalize = (block = HEAD) => bench.chain.finalize(block, HEAD, blockTime(HEAD));
  const all = async (query: string) =>
    (await sql.raw<Record<string, unknown>>(query).execute(getDb().kysely)).rows as readonly Record<string, unknown>[];
  const history = () => all("SELECT * FROM flow.score_history ORDER BY id");
  /** One run over every wallet whose score is due, by a rule that gives all of them this score. */
  async function runAt(
    score: number,
    { version = 1, isCutShort = false, at = bench.clock.nowMs() } = {},
  ): Promise<void> {
    await bench.store.moveWindow(LONG_AGO, version);
    const rule: typeof computeWalletScore = (facts, prior) => {
      const made = computeWalletScore(facts, prior);
      return { ...made, version, score: { ...made.score, score } };
    };
    const next = () => bench.store.scoreDue(100, LONG_AGO, at, rule);
    await next();
    if (!isCutShort) {
      expect(await next()).toBeNull();
      expect(await bench.store.endRun()).toBe(true);
    }
    await bench.clock.advance(3_600_000);
  }
  const tierNow = async () => (await all("SELECT trader_tier, tier_runs FROM flow.wallet_score"))[0];
  const isDue = () =>
    sql`INSERT INTO flow.score_due SELECT wallet_key FROM flow.wallet_score ON CONFLICT DO NOTHING`.execute(
      getDb().kysely,
    );

  async function applyAll(): Promise<void> {
    await bench.store.takeIn(bench.clock.nowMs());
    while ((await bench.store.applyFills(100, { foldEntries, replayEntries, foldResolutions })) !== null);
  }

  async function oneScoredWallet(score: number): Promise<void> {
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: [preparedMarket(0, 1)],
        fills: [aFill({ blockNumber: 2 })],
        resolutions: [resolved(0, [1n, 0n], 50)],
      }),
    );
    await finalize();
    await applyAll();
    await runAt(score);
  }

  test("a tier waits at its line for three runs, whether or not anything else of the wallet changed", async () => {
    await oneScoredWallet(6.9);
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 0 });
    await isDue();
    await runAt(7.1);
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 1 });
    await runAt(7.1);
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 2 });
    await runAt(7.1);
    expect(await tierNow()).toEqual({ trader_tier: "WHALE", tier_runs: 0 });
    expect((await history()).map((row) => [row.reputation_score, row.trader_tier])).toEqual([
      [6.9, "SMART"],
      [7.1, "SMART"],
      [7.1, "WHALE"],
    ]);
  });

  test("a run that was cut short and a rebuild count as the run that they belong to", async () => {
    await oneScoredWallet(6.9);
    await isDue();
    await runAt(7.1, { isCutShort: true });
    await isDue();
    await runAt(7.15);
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 1 });
    for (let rebuilds = 0; rebuilds < 3; rebuilds += 1) {
      await bench.store.reset(bench.clock.nowMs());
      await applyAll();
      await runAt(7.1);
    }
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 1 });
    await runAt(7.1);
    expect(await tierNow()).toEqual({ trader_tier: "SMART", tier_runs: 2 });
  });

  test("steps beside each other take different wallets, one that fails leaves its own, and only then does the run end", async () => {
    const wallets = [1, 2, 3, 4, 5, 6];
    await bench.chain.extend(
      aRecord(1, HEAD, {
        markets: [preparedMarket(0, 1)],
        fills: wallets.map((wallet) => aFill({ blockNumber: 2, logIndex: wallet, wallet: walletNo(wallet) })),
        resolutions: [resolved(0, [1n, 0n], 50)],
      }),
    );
    await finalize();
    await applyAll();
    await bench.store.moveWindow(LONG_AGO, 1);
    const next = (score: typeof computeWalletScore) =>
      bench.store.scoreDue(2, LONG_AGO, bench.clock.nowMs(), score).then((step) => step?.scored ?? null);
    const fails = (): never => {
      throw new Error("no score");
    };
    const steps = await Promise.allSettled([next(computeWalletScore), next(fails), next(computeWalletScore)]);
    expect(steps.map((step) => (step.status === "fulfilled" ? step.value : null))).toEqual([2, null, 2]);
    expect(await bench.store.endRun()).toBe(false);
    expect([await next(computeWalletScore), await next(computeWalletScore)]).toEqual([2, null]);
    expect(await bench.store.endRun()).toBe(true);
    expect(await history()).toHaveLength(wallets.length);
  });

  test("a new version of the rule starts new rows, its tiers owe the old ones nothing, and no row is ever rewritten", async () => {
    await oneScoredWallet(6.9);
    const before = await history();
    const asOf = addMs(bench.clock.nowMs(), -1);
    await runAt(7.1, { version: 2 });
    expect(await tierNow()).toEqual({ trader_tier: "WHALE", tier_runs: 0 });
    const after = await history();
    expect(after.slice(0, 1)).toEqual(before);
    expect(after.map((row) => [row.score_version, row.trader_tier])).toEqual([
      [1, "SMART"],
      [2, "WHALE"],
    ]);
    expect(await bench.store.scoreAsOf(walletNo(1), asOf)).toMatchObject({ scoreVersion: 1, score: 6.9 });
    await expect(sql`UPDATE flow.score_history SET reputation_score = 9`.execute(getDb().kysely)).rejects.toThrow(
      /append-only/,
    );
    await expect(sql`DELETE FROM flow.score_history`.execute(getDb().kysely)).rejects.toThrow(/append-only/);
  });

  test("a clock that was set back does not change what was known", async () => {
    await oneScoredWallet(6.9);
    const calculatedAt = epochMs(Number((await history())[0]?.calculated_at));
    const before = await bench.knownAt(calculatedAt);
    await isDue();
    await runAt(8, { at: addMs(calculatedAt, -7_200_000) });
    for (const asOf of [addMs(calculatedAt, -7_200_000), addMs(calculatedAt, -1)]) {
      expect(await bench.knownAt(asOf)).toMatchObject([{ reputation_score: null }]);
    }
    expect(await bench.knownAt(calculatedAt)).toEqual(before);
    expect(await bench.knownAt(addMs(calculatedAt, 1))).toMatchObject([{ reputation_score: 8 }]);
  });

  test("what was known at a time stays what it was, whatever becomes known later, in SQL and in code", async () => {
    const { owner, safe, deposit } = effects.ownerNo(7);
    const wallets = [walletNo(1), safe, deposit];
    const buy = (block: number, wallet: Address, market: number, log = 0) =>
      aFill({ blockNumber: block, logIndex: log, wallet, tokenId: tokenNo(2 * market) });
    await bench.chain.extend(
      aRecord(50, HEAD, {
        markets: [0, 1].map((n) => preparedMarket(n, 50)),
        fills: [buy(52, walletNo(1), 0), buy(53, walletNo(1), 1), buy(52, safe, 0, 1)],
        effects: [effects.aTransfer({ block: 60, log: 2 }, safe, deposit, effects.changeOf(0, 0, 10_000_000n))],
        resolutions: [resolved(0, [1n, 0n], 80)],
      }),
    );
    await finalize();
    await bench.service.calculate();
    const then = bench.clock.nowMs();
    const answers = async (asOf: EpochMs) => ({
      rows: (await bench.knownAt(asOf)).map(({ calculated_at: _, ...row }) => row),
      scores: await Promise.all(wallets.map((wallet) => bench.store.scoreAsOf(wallet, asOf))),
      tiers: await Promise.all(wallets.map((wallet) => bench.store.tierAsOf(wallet, asOf))),
    });
    const known = await answers(then);
    expect(known.rows.filter((row) => row.reputation_score !== null).length).toBe(3);

    const more = (from: number, to: number, rows = {}) => bench.chain.extend(aRecord(from, to, rows));
    const calculate = () => bench.service.calculate();
    const later: readonly (readonly [string, () => Promise<unknown>])[] = [
      ["a late fill", () => more(1, 49, { fills: [buy(2, safe, 0)] }).then(calculate)],
      ["a resolution", () => more(101, 110, { resolutions: [resolved(1, [0n, 1n], 105)] }).then(calculate)],
      [
        "an owner",
        () =>
          more(111, 120, {
            effects: [],
            facts: effects.someFacts({ owners: [{ owner, source: "safeCreated", blockNumber: 115 }] }),
          }).then(calculate),
      ],
      [
        "the times of a market",
        () => bench.chain.saveMarketInfo([aMarketInfo(0, { endsAt: blockTime(70) })], then).then(calculate),
      ],
      ["another rule", () => runAt(9, { version: 9 })],
      ["everything again", () => bench.service.rebuildAll()],
    ];
    let before = known;
    for (const [what, happens] of later) {
      await bench.clock.advance(60_000);
      await bench.chain.finalize(120, 120, blockTime(120));
      await happens();
      const now = await answers(bench.clock.nowMs());
      expect(now, `${what} changes what is known`).not.toEqual(before);
      expect(await answers(then), `${what} changes nothing of what was known`).toEqual(known);
      before = now;
    }
  });

  /** Wallets 1 to 3 sell the same shares round and round; 4 sells to many once each; 5 to 9 buy and keep. */
  const markets = Array.from({ length: 4 }, (_, n) => preparedMarket(n, 50));
  const ring = (rounds: number, from = 0): StoredFill[] =>
    Array.from({ length: rounds }, (_, n) => aSale(2 + from + n, 0, 1 + (n % 3), 1 + ((n + 1) % 3), 0)).flat();
  const honest = [5, 6, 7, 8, 9].flatMap((buyer, i) =>
    [1, 2, 3].flatMap((market) => aSale(80 + i, 10 * market, 4, buyer, market)),
  );
  const washed = () =>
    all(
      "SELECT '0x' || encode(address, 'hex') AS wallet, cluster_key FROM flow.wallet_wash JOIN flow.wallet w USING (wallet_key) ORDER BY 1",
    );

  test("wallets that trade in a ring are a wash cluster, a maker and its customers are none", async () => {
    await bench.chain.extend(aRecord(1, HEAD, { markets, fills: [...ring(12), ...honest] }));
    await finalize();
    await bench.clock.advance(DAY_MS);
    await bench.service.calculate();
    expect((await washed()).map((row) => row.wallet)).toEqual([1, 2, 3].map(walletNo));
    expect(new Set((await washed()).map((row) => row.cluster_key)).size).toBe(1);
    const found = await all("SELECT * FROM flow.wallet_wash ORDER BY 1");
    await bench.service.rebuildAll();
    expect(await all("SELECT * FROM flow.wallet_wash ORDER BY 1")).toEqual(found);
  });

  test("clusters are looked for once a day, again when fills of those days come late, and never in the day that goes on", async () => {
    await bench.chain.extend(aRecord(50, HEAD, { markets, fills: honest }));
    await finalize();
    await bench.service.calculate();
    const [cutoff, now] = [addMs(blockTime(0), -DAY_MS), (): EpochMs => bench.clock.nowMs()];
    expect(await bench.store.findWash(cutoff, now())).toBe(0);
    expect(await bench.store.findWash(cutoff, now())).toBeNull();
    await bench.chain.extend(aRecord(1, 49, { fills: ring(12) }));
    await bench.service.calculate();
    expect(await washed()).toEqual([]);
    await bench.clock.advance(DAY_MS);
    await bench.service.calculate();
    expect((await washed()).length).toBe(3);
    await bench.chain.extend(aRecord(HEAD + 1, HEAD + 50, { fills: aSale(HEAD + 1, 0, 2, 9, 3) }));
    await bench.chain.finalize(HEAD + 50, HEAD + 50, now());
    await bench.service.calculate();
    expect(await bench.store.findWash(addMs(now(), -90 * DAY_MS), now())).toBeNull();
  });
});
