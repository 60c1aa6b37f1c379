import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { addMs } from "../../src/core/time/time.ts";
import type { ExecutorStore, FollowedEntry } from "../../src/ports/executor-store.ts";
import * as facts from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { executorDesk } from "../support/executor-desk.ts";
import { putScore } from "../support/scores.ts";
import { $, px, sh } from "../support/trading.ts";

const { aFill, aRecord, blockTime, marketNo, resolved, tokenNo, walletNo } = facts;

describeOnEachEngine("what the executor reads", (getDb) => {
  let store: ExecutorStore;
  const { open, chain, rows, query, fillOf, tradeOnce } = executorDesk(getDb, () => store);
  beforeEach(async () => {
    store = await open();
  });

  test("gives the fills that can cause a signal, each with its score and its market, in the chain's order", async () => {
    const before = await query();
    const fills = [
      fillOf(2, "SELL", 3, 1),
      fillOf(1, "SELL", 2, 4),
      fillOf(1, "BUY", 2, 5),
      fillOf(2, "BUY", 2, 7),
      fillOf(3, "BUY", 2, 8),
      fillOf(4, "BUY", 2, 9),
    ];
    await chain().extend(aRecord(2, 3, { fills }));
    const inbox = await store.read(before);
    expect(inbox.fills.map(({ fill }) => [fill.blockNumber, fill.logIndex])).toEqual([
      [2, 5],
      [3, 1],
    ]);
    expect(inbox.fills[0]).toEqual({
      fill: {
        ...{ blockNumber: 2, logIndex: 5, orderHash: fills[2]?.fill.orderHash, wallet: walletNo(1), side: "BUY" },
        ...{ tokenId: tokenNo(0), size: sh("10"), cash: $("4"), heldBefore: null },
        occurredAt: blockTime(2),
        knownAt: addMs(blockTime(2), 1_234),
      },
      wallet: {
        ...{ score: 8.5, tier: "WHALE", followEligible: true, edgeLowerBound: 0.04, scoreVersion: 3 },
        scoredAt: blockTime(1),
      },
      market: {
        ...{
          marketId: marketNo(0),
          outcomeIndex: 0,
          title: "Will number 0 happen?",
          outcome: "Up",
          category: "test",
          eventId: "7",
        },
        endsAt: blockTime(1_000),
        tickSize: px("0.01"),
        negRisk: false,
      },
    });
    expect(inbox.chainAsOf).toBe(blockTime(3));
    expect((await store.read({ ...before, cursor: inbox.cursor })).fills).toEqual([]);
  });

  test("gives the buys that a model is asked about, with the wallet's record and the market's last minutes", async () => {
    const buys = (block: number, log: number, wallet: number, change: Parameters<typeof aFill>[0] = {}) =>
      aFill({ blockNumber: block, logIndex: log, wallet: walletNo(wallet), tokenId: tokenNo(0), ...change });
    const long = 1_000;
    // Too old, then a taker's and a maker's of the other outcome, a sell, and one behind the candidate.
    const fills = [
      buys(2, 0, 2),
      buys(long, 0, 2, { size: sh("100"), cash: $("60"), tokenId: tokenNo(1) }),
      buys(long, 1, 3, { size: sh("100"), cash: $("40"), role: "maker" }),
      buys(long, 2, 3, { side: "SELL", size: sh("50"), cash: $("20") }),
      buys(long, 5, 1, { size: sh("400"), cash: $("200") }),
      buys(long, 6, 2, { size: sh("400"), cash: $("200") }),
      buys(long, 7, 1, { size: sh("10"), cash: $("4") }),
    ];
    const before = await query({ minWhaleScore: null, maxFadeScore: null, since: blockTime(long) });
    await putScore(getDb(), walletNo(3), { score: 6, followEligible: false, at: blockTime(1) });
    await sql`UPDATE flow.wallet_score SET win_rate = 0.6, avg_profit_pct = 0.1, roi_deviation = 0.5, part_timing = 0.4,
      cost_micros = 8000000000`.execute(getDb().kysely);
    await chain().extend(aRecord(2, long, { fills }));
    const inbox = await store.read({ ...before, model: { minTradeUsd: $("100") } });
    expect(inbox.fills.map(({ fill }) => fill.logIndex)).toEqual([5]);
    // 2, three below neutral, is against it; 3, one above, bought for 40 and sold for 20.
    expect(inbox.fills[0]?.context).toEqual({
      profile: { units: 40, winRate: 0.6, avgProfit: 0.1, roiDeviation: 0.5, timing: 0.4, usualUsd: 200 },
      flow: { turnoverUsd: 80, netUsd: -80, firstPrice: 0.4, agreement: 1 + 3 },
    });
    expect((await store.read(before)).fills).toEqual([]);
  });

  test("leaves out what is switched off and what is history", async () => {
    const before = await query({ minWhaleScore: null, since: blockTime(3) });
    const fills = [fillOf(1, "BUY", 3, 0), fillOf(2, "SELL", 2, 0), fillOf(2, "SELL", 3, 1)];
    await chain().extend(aRecord(2, 3, { fills }));
    const inbox = await store.read(before);
    expect(inbox.fills.map(({ fill }) => fill.logIndex)).toEqual([1]);
  });

  test("begins at the end of what was read before the first start", async () => {
    await chain().extend(aRecord(2, 2, { fills: [fillOf(1, "BUY", 2, 0)] }));
    expect((await store.read(await query())).fills).toEqual([]);
  });

  test("tells of a reorg, and gives the blocks that replaced the removed ones once", async () => {
    const before = await query();
    await chain().extend(aRecord(2, 3, { fills: [fillOf(1, "BUY", 3, 0)] }));
    await chain().retract(2, blockTime(4));
    await chain().extend(aRecord(3, 3, { fills: [fillOf(1, "BUY", 3, 1)] }));
    const inbox = await store.read(before);
    expect(inbox.retractedFrom).toBe(3);
    expect(inbox.fills.map(({ fill }) => fill.logIndex)).toEqual([1]);
  });

  test("tells of sells of a wallet that an entry without a position follows, from its trigger on, once", async () => {
    const before = await query({ minWhaleScore: null, maxFadeScore: null });
    const entry = { wallet: walletNo(1), tokenId: tokenNo(0), blockNumber: 3, logIndex: 2 };
    const fills = [1, 3, 4].map((log) => fillOf(log === 3 ? 2 : 1, "SELL", 3, log));
    await chain().extend(aRecord(2, 3, { fills: [fillOf(1, "SELL", 2, 7), ...fills] }));
    const told = async (entries: readonly FollowedEntry[]) =>
      (await store.read({ ...before, entries })).fills.map(({ fill }) => fill.logIndex);
    expect(await told([])).toEqual([]);
    expect(await told([entry])).toEqual([4]);
    expect(await told([entry, { ...entry, logIndex: 0 }])).toEqual([1, 4]);
  });

  test("tells of the sells of a wallet after a buy in the same read, with what it held, and of none before it", async () => {
    const before = await query();
    const sell = (blockNumber: number, logIndex: number, tokenId = tokenNo(0)) =>
      aFill({ blockNumber, logIndex, side: "SELL", size: sh("4"), tokenId });
    const fills = [sell(2, 0), fillOf(1, "BUY", 2, 1), sell(2, 2), sell(2, 3, tokenNo(1)), sell(3, 0)];
    await chain().extend(aRecord(2, 3, { fills }));
    expect((await store.read(before)).fills.map(({ fill }) => [fill.logIndex, fill.heldBefore])).toEqual([
      [1, null],
      [2, sh("10")],
      [0, sh("6")],
    ]);
    // A buy that nothing may follow.
    expect((await store.read({ ...before, minWhaleScore: null })).fills).toEqual([]);
  });

  test("settles on finalized blocks only, and only what is held", async () => {
    await store.save(await tradeOnce());
    await chain().extend(aRecord(3, 3, { resolutions: [resolved(0, [0n, 1n], 3), resolved(1, [1n, 0n], 3)] }));
    expect((await store.read(await query())).resolutions).toEqual([]);
    await chain().finalize(3, 3, blockTime(3));
    expect((await store.read(await query())).resolutions).toEqual([
      { marketId: marketNo(0), payoutNumerators: [0n, 1n], resolvedAt: blockTime(3) },
    ]);
  });

  test("tells what a leader held before it sold what we hold because of it", async () => {
    await store.save(await tradeOnce());
    const before = await query({ minWhaleScore: null, maxFadeScore: null });
    const sell = aFill({ blockNumber: 3, logIndex: 0, side: "SELL", size: sh("150"), tokenId: tokenNo(0) });
    const other = aFill({ blockNumber: 3, logIndex: 1, side: "SELL", size: sh("5"), tokenId: tokenNo(1) });
    const again = aFill({ blockNumber: 3, logIndex: 2, side: "SELL", size: sh("50"), tokenId: tokenNo(0) });
    await chain().extend(aRecord(3, 3, { fills: [sell, other, again] }));
    const inbox = await store.read(before);
    expect(inbox.fills.map(({ fill }) => [fill.logIndex, fill.heldBefore])).toEqual([
      [0, sh("400")],
      [2, sh("250")],
    ]);
  });

  test("gives a leader's sells since it was followed, however old they are, and no other old fill", async () => {
    await store.save(await tradeOnce());
    const before = await query({ since: blockTime(1_000) });
    const sell = (blockNumber: number, logIndex: number) =>
      aFill({ blockNumber, logIndex, side: "SELL", size: sh("150"), tokenId: tokenNo(0) });
    await chain().extend(aRecord(3, 3, { fills: [sell(3, 0), fillOf(1, "BUY", 3, 1), fillOf(2, "SELL", 3, 2)] }));
    // History that is read later than what came after it.
    await chain().extend(aRecord(0, 0, { fills: [sell(0, 0)] }));
    const inbox = await store.read(before);
    expect(inbox.fills.map(({ fill }) => [fill.blockNumber, fill.logIndex])).toEqual([[3, 0]]);
    expect((await store.read({ ...before, cursor: inbox.cursor })).fills).toEqual([]);
  });

  test("gives a badly scored leader's sell once, with what it held", async () => {
    await store.save(await tradeOnce());
    const before = await query();
    await putScore(getDb(), walletNo(1), { score: 2, tier: "DEGEN" });
    await chain().extend(aRecord(3, 3, { fills: [fillOf(1, "SELL", 3, 0), fillOf(2, "SELL", 3, 1)] }));
    expect((await store.read(before)).fills.map(({ fill }) => [fill.logIndex, fill.heldBefore])).toEqual([
      [0, sh("400")],
      [1, null],
    ]);
  });

  test("hands out a person's commands until they are handled", async () => {
    const put = (kind: string, position: string | null) =>
      rows(sql`INSERT INTO flow.command (kind, position_id, created_by, created_at)
        VALUES (${kind}, ${position}, 'test', ${ts(blockTime(1))})`);
    await put("pause", null);
    await put("close", "P-1");
    await expect(put("close", null)).rejects.toThrow();
    const inbox = await store.read(await query());
    expect(inbox.controls).toEqual([
      { id: "1", command: { kind: "pause" } },
      { id: "2", command: { kind: "close", positionId: "P-1" } },
    ]);
    await store.save({ ...(await tradeOnce()), handledControls: ["1"] });
    expect((await store.read(await query())).controls.map(({ id }) => id)).toEqual(["2"]);
  });
});
