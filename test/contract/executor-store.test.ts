import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import type { Side } from "../../src/core/chain/fill.ts";
import { alertsOf } from "../../src/core/engine/alerts.ts";
import { type ChangedRow, newestChanges } from "../../src/core/engine/command.ts";
import type { EngineEvent } from "../../src/core/engine/event.ts";
import { moneyOf, withMoney } from "../../src/core/engine/recover.ts";
import type { EngineState } from "../../src/core/engine/state.ts";
import { hashValue } from "../../src/core/engine/state-hash.ts";
import { RULE_VERSION, step } from "../../src/core/engine/step.ts";
import { InvariantError } from "../../src/core/errors.ts";
import { addMs, type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { CandidateQuery, EngineBatch, ExecutorStore, JournalStep } from "../../src/ports/executor-store.ts";
import * as facts from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { emptyExecutor } from "../support/empty-executor.ts";
import { emptyReputation } from "../support/empty-reputation.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { aModel } from "../support/models.ts";
import { putScore } from "../support/scores.ts";
import { $, aBook, aConfig, aView, px, sh } from "../support/trading.ts";

const { aFill, aMarketInfo, aRecord, blockTime, marketNo, preparedMarket, resolved, tokenNo, walletNo } = facts;

describeOnEachEngine("executor store", (getDb) => {
  let store: ExecutorStore;
  const chain = () => createChainStore(getDb());
  const rows = async (query: ReturnType<typeof sql>) =>
    (await query.execute(getDb().kysely)).rows as Record<string, unknown>[];

  beforeEach(async () => {
    await emptyChain(getDb());
    await emptyReputation(getDb());
    await emptyExecutor(getDb());
    store = createExecutorStore(getDb(), "PAPER");
    await chain().extend(aRecord(1, 1, { markets: [preparedMarket(0, 1), preparedMarket(1, 1)] }));
    await chain().saveMarketInfo([aMarketInfo(0)], blockTime(1));
    await putScore(getDb(), walletNo(1), { score: 8.5, edgeLowerBound: 0.04, tier: "WHALE", at: blockTime(1) });
    await putScore(getDb(), walletNo(2), { score: 2, tier: "DEGEN" });
    await putScore(getDb(), walletNo(3), { score: 9, followEligible: false });
  });

  const query = async (change: Partial<CandidateQuery> = {}): Promise<CandidateQuery> => ({
    cursor: (await store.load()).cursor,
    since: blockTime(0),
    minWhaleScore: 7,
    maxFadeScore: 3,
    ...change,
  });
  const fillOf = (wallet: number, side: Side, blockNumber: number, logIndex: number) =>
    aFill({ wallet: walletNo(wallet), side, blockNumber, logIndex, tokenId: tokenNo(0) });

  test("gives the fills that can cause a signal, each with its score and its market, in the chain's order", async () => {
    const before = await query();
    const fills = [
      fillOf(2, "SELL", 3, 1),
      fillOf(1, "BUY", 2, 5),
      fillOf(1, "SELL", 2, 6),
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
        ...{ blockNumber: 2, logIndex: 5, orderHash: fills[1]?.fill.orderHash, wallet: walletNo(1), side: "BUY" },
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

  test("keeps what a model saw and said beside its signal", async () => {
    const before = await query({ minWhaleScore: null, model: { minTradeUsd: $("100") } });
    await chain().extend(
      aRecord(2, 2, { fills: [aFill({ blockNumber: 2, size: sh("400"), cash: $("200"), tokenId: tokenNo(0) })] }),
    );
    const { fills, cursor } = await store.read(before);
    const at = blockTime(3);
    const play = player(at);
    const signals = { ...aConfig().signals, followWhales: false };
    play.tell({ kind: "started", at, config: aConfig({ signals, model: aModel() }) });
    for (const candidate of fills) play.tell({ kind: "fillObserved", at, ...candidate });
    const batch = play.batch(cursor);
    const [signal] = Object.values(batch.state.signals);
    expect(signal?.type).toBe("ML_PREDICTION");
    await store.save(batch);
    expect(await rows(sql`SELECT signal_type, model FROM orderflow_signal_reasons WHERE id = ${signal?.id}`)).toEqual([
      { signal_type: "ML_PREDICTION", model: signal?.model },
    ]);
    expect((await store.load()).snapshot?.state).toEqual(batch.state);
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

  /** Runs a whale's buy to an open position and gives the batch that stores it. */
  async function tradeOnce(): Promise<EngineBatch> {
    const before = await query();
    const bought = aFill({ blockNumber: 2, logIndex: 0, size: sh("400"), cash: $("200"), tokenId: tokenNo(0) });
    await chain().extend(aRecord(2, 2, { fills: [bought] }));
    const inbox = await store.read(before);
    const at = blockTime(3);
    const play = player(at);
    play.tell({ kind: "started", at, config: aConfig() });
    for (const candidate of inbox.fills) play.tell({ kind: "fillObserved", at, ...candidate });
    const signal = Object.values(play.state().signals)[0];
    if (signal === undefined) throw new Error("the whale's fill gave no signal");
    const book = aBook([], [["0.51", "1000"]], { tokenId: signal.tokenId });
    play.tell({
      kind: "bookObserved",
      at,
      subject: { kind: "signal", signalId: signal.id },
      view: aView(at, { book }),
    });
    const order = Object.values(play.state().orders)[0]?.order;
    if (order === undefined) throw new Error("the signal gave no order");
    const execution = { price: px("0.51"), size: sh("340.1176"), cash: $("173.459976"), fee: $("1.5") };
    const result = { status: "filled", executions: [execution] } as const;
    play.tell({ kind: "orderResult", at, clientOrderId: order.clientOrderId, result });
    return play.batch(inbox.cursor);
  }

  test("stores steps, rows, place and state in one piece and gives them back", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    const loaded = await store.load();
    const { cursor } = batch;
    expect(loaded).toEqual({ snapshot: { seq: 4, state: batch.state }, money: null, steps: [], waiting: null, cursor });
    const journal = await rows(sql`SELECT seq, rule_version, event ->> 'kind' AS kind FROM flow.journal ORDER BY seq`);
    expect(journal.map((row) => row.kind)).toEqual(["started", "fillObserved", "bookObserved", "orderResult"]);
    expect(await rows(sql`SELECT status, reason FROM flow.trade_order`)).toEqual([{ status: "FILLED", reason: null }]);
    expect(await rows(sql`SELECT size_micros, cash_micros, fee_micros FROM flow.own_fill`)).toEqual([
      { size_micros: sh("340.1176"), cash_micros: $("173.459976"), fee_micros: $("1.5") },
    ]);
    expect(await rows(sql`SELECT kind FROM flow.alert_outbox ORDER BY id`)).toEqual([
      { kind: "signal" },
      { kind: "executed" },
    ]);
  });

  test("steps after the snapshot are loaded with what they led to", async () => {
    const batch = await tradeOnce();
    await store.save({ ...batch, steps: batch.steps.slice(0, 1), seq: 1 });
    await store.save({ ...batch, steps: batch.steps.slice(1), changes: [], snapshot: false });
    const loaded = await store.load();
    expect(loaded.snapshot?.seq).toBe(1);
    expect(loaded.steps).toEqual(batch.steps.slice(1));
    // What is large stays out of what is written with every order.
    expect(loaded.money).toEqual({ seq: 4, state: moneyOf(batch.state) });
    expect(withMoney(batch.state, moneyOf(batch.state))).toEqual(batch.state);
  });

  test("appended steps bring all that a start needs; their rows wait for the next save", async () => {
    const batch = await tradeOnce();
    await store.save({ ...batch, steps: batch.steps.slice(0, 1), changes: [], notices: [], seq: 1, snapshot: true });
    await rows(
      sql`INSERT INTO flow.command (kind, created_by, created_at) VALUES ('pause', 'test', ${ts(blockTime(1))})`,
    );
    const cursor = batch.cursor + 5n;
    const [hash, ...hashes] = batch.steps.map(({ stateHash }) => stateHash);
    const unhashed = batch.steps.slice(1).map((each) => ({ ...each, stateHash: null }));
    await store.append({ ...batch, cursor, steps: unhashed, handledControls: ["1"], snapshot: false });
    const loaded = await store.load();
    const money = { seq: 4, state: moneyOf(batch.state) };
    const { changes, notices } = batch;
    expect(loaded).toMatchObject({ steps: unhashed, money, cursor, waiting: { changes, notices } });
    expect((await store.read(await query())).controls).toEqual([]);
    expect(await rows(sql`SELECT seq, open_positions FROM flow.executor_state`)).toEqual([
      { seq: 4n, open_positions: 1 },
    ]);
    expect(await rows(sql`SELECT id FROM flow.signal UNION ALL SELECT dedup_key FROM flow.alert_outbox`)).toEqual([]);
    const lateHash = hashes.at(-1) ?? null;
    await store.save({ ...batch, cursor, steps: [], lateHash, moneyMoved: false, snapshot: false });
    const steps = unhashed.map((each) => (each.seq === batch.seq ? { ...each, stateHash: lateHash } : each));
    expect(await store.load()).toEqual({ ...loaded, steps, waiting: null });
    expect(await rows(sql`SELECT state_hash FROM flow.journal WHERE seq = 1`)).toEqual([{ state_hash: hash }]);
    expect(await rows(sql`SELECT status FROM orderflow_signals`)).toEqual([{ status: "EXECUTED" }]);
    expect(await rows(sql`SELECT kind FROM flow.alert_outbox`)).toHaveLength(2);
  });

  test("appends nothing where another executor has gone on from the state", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    const more = { ...batch, steps: batch.steps.slice(3), cursor: 0n, snapshot: false };
    for (const seq of [4, 6]) {
      const steps = more.steps.map((each) => ({ ...each, seq }));
      await expect(store.append({ ...more, steps, seq })).rejects.toBeInstanceOf(InvariantError);
    }
    expect(await store.load()).toMatchObject({ cursor: batch.cursor, waiting: null, steps: [] });
  });

  test("stores a burst in parts, whole or not at all", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    const [last] = batch.steps.slice(-1);
    if (last === undefined) throw new Error("no steps");
    const burst = (from: number): EngineBatch => {
      const steps = Array.from({ length: 2_100 }, (_, index) => ({ ...last, seq: from + index + 1 }));
      return { ...batch, steps, seq: from + steps.length, snapshot: false };
    };
    await expect(store.append(burst(batch.seq - 1))).rejects.toBeInstanceOf(InvariantError);
    const twice = burst(batch.seq);
    const doubled = { ...twice, steps: twice.steps.map((each, index) => (index < 2_000 ? each : last)) };
    await expect(store.append(doubled)).rejects.toBeInstanceOf(InvariantError);
    expect(await store.load()).toMatchObject({ steps: [], waiting: null });
    await store.append(twice);
    expect((await store.load()).steps).toEqual(twice.steps);
  });

  test("forgets old steps with a snapshot, but none after the snapshot before it", async () => {
    const kept = async () => (await rows(sql`SELECT seq FROM flow.journal ORDER BY seq`)).map(({ seq }) => Number(seq));
    const batch = await tradeOnce();
    const forgetBefore = blockTime(1_000);
    await store.save({ ...batch, steps: batch.steps.slice(0, 2), seq: 2, forgetBefore });
    await store.save({ ...batch, steps: batch.steps.slice(2, 3), seq: 3, changes: [], forgetBefore, snapshot: false });
    expect(await kept()).toEqual([1, 2, 3]);
    await store.save({ ...batch, steps: batch.steps.slice(3), changes: [], forgetBefore: blockTime(3) });
    expect(await kept()).toEqual([1, 2, 3, 4]);
    await store.save({ ...batch, steps: [], changes: [], forgetBefore });
    expect(await kept()).toEqual([]);
  });

  test("forgets nothing that a start needs", async () => {
    const batch = await tradeOnce();
    const forgetBefore = blockTime(1_000);
    await store.save({ ...batch, steps: batch.steps.slice(0, 2), seq: 2 });
    await store.save({ ...batch, steps: batch.steps.slice(2), changes: [], forgetBefore });
    const left = await rows(sql`SELECT seq FROM flow.journal ORDER BY seq`);
    expect(left.map(({ seq }) => Number(seq))).toEqual([3, 4]);
  });

  test("refuses an executor that writes over another's steps or state, and keeps nothing of it", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    await expect(store.save({ ...batch, steps: batch.steps.slice(3) })).rejects.toBeInstanceOf(InvariantError);
    await expect(store.save({ ...batch, steps: [], seq: 3, cursor: 0n })).rejects.toBeInstanceOf(InvariantError);
    expect((await store.load()).cursor).toBe(batch.cursor);
  });

  test("shows signals, positions and the day under the users' names, in dollars", async () => {
    await store.save(await tradeOnce());
    expect(await rows(sql`SELECT * FROM orderflow_signals`)).toMatchObject([
      {
        ...{ signal_type: "FOLLOW_WHALE", trigger_wallet: walletNo(1), wallet_score: 8.5, market_id: marketNo(0) },
        ...{ market_title: "Will number 0 happen?", token_id: tokenNo(0), outcome: "Up", side: "BUY" },
        ...{ trigger_price: "0.500000", trigger_size_usd: "200.000000", max_price: "0.520000", confidence: 0.85 },
        ...{ stake_usd: "173.460000", status: "EXECUTED", skip_reason: null, outcome_status: "PENDING" },
        ...{ profit_loss_usd: null, profit_pct: null, created_at: blockTime(3), executed_at: blockTime(3) },
      },
    ]);
    expect(await rows(sql`SELECT * FROM orderflow_positions`)).toMatchObject([
      {
        ...{ mode: "PAPER", token_id: tokenNo(0), outcome: "Up", shares: "340.117600", entry_price: "0.510000" },
        ...{ exit_price: null, cost_usd: "174.959976", fees_usd: "1.500000", current_price: null, status: "OPEN" },
        ...{ unrealized_pnl_usd: null, realized_pnl_usd: "0.000000", close_reason: null, closed_at: null },
      },
    ]);
    expect(await rows(sql`SELECT * FROM orderflow_performance`)).toMatchObject([
      {
        ...{ date: "2026-01-01", mode: "PAPER", signals: 1, executed: 1, wins: 0, win_rate: null },
        ...{ deployed_usd: "174.959976", equity_usd: "10000.000000", net_pnl_usd: "0.000000" },
      },
    ]);
  });

  test("what the venue has corrected replaces what was booked; a position that never was is no bet", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    const execution = { price: px("0.51"), size: sh("100"), cash: $("51"), fee: $("0") };
    const changes = batch.changes.map((change): ChangedRow => {
      if (change.kind === "order") return { ...change, executions: [execution], isCorrection: true };
      if (change.kind !== "position") return change;
      const closed = { status: "CLOSED", closeReason: "VOIDED", closedAt: blockTime(3) } as const;
      return { ...change, position: { ...change.position, ...closed, entryShares: sh("100"), entryCashUsd: $("51") } };
    });
    await store.save({ ...batch, steps: [], changes });
    await store.save({ ...batch, steps: [], changes });
    expect(await rows(sql`SELECT size_micros FROM flow.own_fill`)).toEqual([{ size_micros: sh("100") }]);
    expect(await rows(sql`SELECT shares, entry_price, close_reason FROM orderflow_positions`)).toEqual([
      { shares: "100.000000", entry_price: "0.510000", close_reason: "VOIDED" },
    ]);
    expect(await store.closedBets()).toEqual([]);
  });

  test("tells of sells of a wallet whose buy an entry of ours still rests for", async () => {
    const batch = await tradeOnce();
    const changes = batch.changes.flatMap((change): readonly ChangedRow[] => {
      if (change.kind !== "order") return change.kind === "position" ? [] : [change];
      const order = { ...change.order, timeInForce: "GTC", restUntil: blockTime(9) } as const;
      return [{ ...change, order, status: "SUBMITTED", executions: [] }];
    });
    await store.save({ ...batch, changes });
    const before = await query({ minWhaleScore: null, maxFadeScore: null });
    await chain().extend(aRecord(3, 3, { fills: [fillOf(1, "SELL", 3, 0), fillOf(2, "SELL", 3, 1)] }));
    expect((await store.read(before)).fills.map(({ fill }) => fill.logIndex)).toEqual([0]);
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

  test("has one place for the executor that trades", async () => {
    const release = await store.tryLock(() => {});
    expect(release).not.toBeNull();
    expect(await createExecutorStore(getDb(), "LIVE").tryLock(() => {})).toBeNull();
    await release?.();
    const next = await store.tryLock(() => {});
    expect(next).not.toBeNull();
    await next?.();
  });
});

/** Steps an engine and gathers what the service would store. */
function player(at: EpochMs) {
  let state: EngineState | null = null;
  const steps: JournalStep[] = [];
  const changes: ChangedRow[] = [];
  const notices: EngineBatch["notices"][number][] = [];
  const requireState = (): EngineState => {
    if (state === null) throw new Error("not started");
    return state;
  };
  return {
    state: requireState,
    tell(event: EngineEvent): void {
      const result = step(state, event);
      state = result.state;
      const stateHash = hashValue(state);
      steps.push({ seq: steps.length + 1, ruleVersion: RULE_VERSION, event, commands: result.commands, stateHash });
      changes.push(...result.changes);
      notices.push(...alertsOf(result.commands).map((notice) => ({ notice, at: event.at })));
    },
    batch: (cursor: bigint): EngineBatch => ({
      ...{
        steps,
        lateHash: null,
        cursor,
        handledControls: [],
        seq: steps.length,
        state: requireState(),
        snapshot: true,
        at,
      },
      ...{ moneyMoved: true, forgetBefore: epochMs(0) },
      ...{ changes: newestChanges(changes), notices },
    }),
  };
}
