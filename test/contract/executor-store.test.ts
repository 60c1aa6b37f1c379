import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { ts } from "../../src/adapters/postgres/codecs.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import { createJournalReader } from "../../src/adapters/postgres/journal-reader.ts";
import type { ChangedRow } from "../../src/core/engine/command.ts";
import { moneyOf, withMoney } from "../../src/core/engine/recover.ts";
import { InvariantError } from "../../src/core/errors.ts";
import type { EngineBatch, ExecutorStore } from "../../src/ports/executor-store.ts";
import * as facts from "../support/chain-facts.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { executorDesk, player } from "../support/executor-desk.ts";
import { aModel } from "../support/models.ts";
import { $, aConfig, px, sh } from "../support/trading.ts";

const { aFill, aRecord, blockTime, marketNo, tokenNo, walletNo } = facts;

describeOnEachEngine("executor store", (getDb) => {
  let store: ExecutorStore;
  const { open, chain, rows, query, tradeOnce } = executorDesk(getDb, () => store);
  beforeEach(async () => {
    store = await open();
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
    // Planning them takes as long as running them.
    const planned = sql`SELECT DISTINCT statement ~ 'WITH own AS' AS writes FROM pg_prepared_statements WHERE statement ~ 'max\\(seq\\)|WITH own AS'`;
    expect(await rows(planned)).toHaveLength(2);
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

  test("keeps fills of which nothing follows together, and gives each back as a step of its own", async () => {
    const batch = await tradeOnce();
    await store.save(batch);
    const [, fill, book] = batch.steps;
    if (fill === undefined || book === undefined) throw new Error("no steps");
    const quiet = { ...fill, commands: [], stateHash: null };
    const later = { ...quiet, event: { ...quiet.event, at: blockTime(9) } };
    const kinds = [quiet, quiet, fill, quiet, book, ...Array.from({ length: 501 }, () => quiet), later, later];
    const steps = kinds.map((each, index) => ({ ...each, seq: batch.seq + index + 1 }));
    const seq = batch.seq + steps.length;
    await store.append({ ...batch, steps, seq, snapshot: false });
    await store.save({ ...batch, steps: [], seq, lateHash: "ab", moneyMoved: false, snapshot: false });
    const hashed = steps.map((each) => (each.seq === seq ? { ...each, stateHash: "ab" } : each));
    expect((await store.load()).steps).toEqual(hashed);
    const journal = await rows(sql`SELECT (event -> 'count')::int AS count FROM flow.journal ORDER BY seq OFFSET 4`);
    expect(journal.map(({ count }) => count)).toEqual([2, null, null, null, 500, null, 2]);
    const read = createJournalReader(getDb(), "PAPER").read();
    expect((await Array.fromAsync(read)).flat()).toEqual([...batch.steps, ...hashed]);
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
