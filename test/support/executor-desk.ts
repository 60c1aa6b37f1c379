import type { sql } from "kysely";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import { createExecutorStore } from "../../src/adapters/postgres/executor-store.ts";
import type { Side } from "../../src/core/chain/fill.ts";
import { alertsOf } from "../../src/core/engine/alerts.ts";
import { type ChangedRow, newestChanges } from "../../src/core/engine/command.ts";
import type { EngineEvent } from "../../src/core/engine/event.ts";
import type { EngineState } from "../../src/core/engine/state.ts";
import { hashValue } from "../../src/core/engine/state-hash.ts";
import { RULE_VERSION, step } from "../../src/core/engine/step.ts";
import { type EpochMs, epochMs } from "../../src/core/time/time.ts";
import type { CandidateQuery, EngineBatch, ExecutorStore, JournalStep } from "../../src/ports/executor-store.ts";
import * as facts from "./chain-facts.ts";
import { emptyChain } from "./empty-chain.ts";
import { emptyExecutor } from "./empty-executor.ts";
import { emptyReputation } from "./empty-reputation.ts";
import { putScore } from "./scores.ts";
import { $, aBook, aConfig, aView, px, sh } from "./trading.ts";

const { aFill, aMarketInfo, aRecord, blockTime, preparedMarket, tokenNo, walletNo } = facts;

/** What tests of the executor's store share: the chain that it reads, a trade, and an engine that makes batches. */
export function executorDesk(getDb: () => Database, getStore: () => ExecutorStore) {
  const chain = () => createChainStore(getDb());
  const rows = async (query: ReturnType<typeof sql>) =>
    (await query.execute(getDb().kysely)).rows as Record<string, unknown>[];

  const query = async (change: Partial<CandidateQuery> = {}): Promise<CandidateQuery> => ({
    cursor: (await getStore().load()).cursor,
    since: blockTime(0),
    minWhaleScore: 7,
    maxFadeScore: 3,
    ...change,
  });
  const fillOf = (wallet: number, side: Side, blockNumber: number, logIndex: number) =>
    aFill({ wallet: walletNo(wallet), side, blockNumber, logIndex, tokenId: tokenNo(0) });

  /** A market with a title and one without; wallets 1 to 3: a whale, a bad one, and one that may not be followed. */
  async function open(): Promise<ExecutorStore> {
    await emptyChain(getDb());
    await emptyReputation(getDb());
    await emptyExecutor(getDb());
    await chain().extend(aRecord(1, 1, { markets: [preparedMarket(0, 1), preparedMarket(1, 1)] }));
    await chain().saveMarketInfo([aMarketInfo(0)], blockTime(1));
    await putScore(getDb(), walletNo(1), { score: 8.5, edgeLowerBound: 0.04, tier: "WHALE", at: blockTime(1) });
    await putScore(getDb(), walletNo(2), { score: 2, tier: "DEGEN" });
    await putScore(getDb(), walletNo(3), { score: 9, followEligible: false });
    return createExecutorStore(getDb(), "PAPER");
  }

  /** Runs a whale's buy to an open position and gives the batch that stores it. */
  async function tradeOnce(): Promise<EngineBatch> {
    const before = await query();
    const bought = aFill({ blockNumber: 2, logIndex: 0, size: sh("400"), cash: $("200"), tokenId: tokenNo(0) });
    await chain().extend(aRecord(2, 2, { fills: [bought] }));
    const inbox = await getStore().read(before);
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

  return { open, chain, rows, query, fillOf, tradeOnce };
}

/** Steps an engine and gathers what the service would store. */
export function player(at: EpochMs) {
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
