import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { INFRASTRUCTURE_TABLE, NEG_RISK_MODULE } from "../../src/core/chain/infrastructure.ts";
import { positionTokens } from "../../src/core/chain/position-id.ts";
import { type MarketId, parseAddress } from "../../src/core/ids/ids.ts";
import { addMs, DAY_MS, type EpochMs } from "../../src/core/time/time.ts";
import type { ChainStore } from "../../src/ports/chain-store.ts";
import {
  aBlock,
  aFill,
  aRecord,
  blockTime,
  marketNo,
  preparedMarket,
  resolved,
  tokenNo,
  walletNo,
} from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const { changeOf, someFacts } = effects;
const ID = `0x${"31".repeat(31)}00`;
const EVENT = `0x02${"44".repeat(28)}`;

describeOnEachEngine("chain store", (getDb) => {
  let store: ChainStore;
  beforeEach(async () => {
    await emptyChain(getDb());
    store = createChainStore(getDb());
  });
  const rows = async (query: string) => (await sql.raw<Record<string, unknown>>(query).execute(getDb().kysely)).rows;
  const question = (beforeBlock: number) => ({ negRiskMarkets: [ID], protocolEvents: [EVENT], beforeBlock });

  test("effects are stored leg by leg and show under the users' names", async () => {
    const transfer = effects.aTransfer({ block: 50_000, log: 7 }, walletNo(1), walletNo(2), changeOf(0, 1, 5_000_000n));
    const split = effects.aSplit({ block: 49_999, log: 3 }, walletNo(1), 0, 4_000_001n);
    await store.extend(aRecord(49_000, 50_001, { markets: [preparedMarket(0, 49_000)], effects: [split, transfer] }));
    const shown = await rows("SELECT * FROM orderflow_lifecycle ORDER BY block_number, log_index, ordinal, leg");
    expect(shown).toMatchObject([
      { kind: "SPLIT", leg: 0, outcome: "Yes", size: "4.000001", cash_usd: "-2.000000", counterparty: null },
      { kind: "SPLIT", leg: 1, outcome: "No", size: "4.000001", cash_usd: "-2.000001", asset_class: "MARKET" },
      {
        kind: "TRANSFER",
        wallet_address: walletNo(1),
        counterparty: walletNo(2),
        size: "-5.000000",
        cash_usd: "0.000000",
      },
      {
        kind: "TRANSFER",
        wallet_address: walletNo(2),
        counterparty: walletNo(1),
        size: "5.000000",
        market_id: marketNo(0),
      },
    ]);
    expect(shown[2]).toMatchObject({
      ...{ block_number: 50_000, log_index: 7, timestamp: blockTime(50_000), known_at: blockTime(50_000) + 1_234 },
    });
  });

  test("covered blocks are not written again, and it is remembered where effects were collected", async () => {
    const merges = [10, 12].map((block) => effects.aMerge({ block }, walletNo(1), 0, 2_000_000n));
    await store.extend(aRecord(10, 11, { effects: merges.slice(0, 1) }));
    await store.extend(aRecord(10, 13, { effects: merges }));
    await store.extend(aRecord(14, 20));
    expect(await rows("SELECT block_number, leg FROM flow.lifecycle ORDER BY 1, 2")).toEqual([
      { block_number: 10, leg: 0 },
      { block_number: 10, leg: 1 },
      { block_number: 12, leg: 0 },
      { block_number: 12, leg: 1 },
    ]);
    expect(await rows("SELECT * FROM flow.lifecycle_coverage")).toEqual([{ from_block: 10, to_block: 13 }]);
  });

  test("a contract that is upgraded or no longer read is an alert, once; an upgrade of long ago is none", async () => {
    await sql`DELETE FROM flow.alert_outbox`.execute(getDb().kysely);
    const upgradeAt = (block: number, upgradedAt: EpochMs) => ({
      ...{ address: NEG_RISK_MODULE, implementation: walletNo(block), upgradedAt, blockNumber: block, logIndex: 3 },
    });
    const upgrades = [upgradeAt(5, blockTime(5)), upgradeAt(4, addMs(blockTime(4), -2 * DAY_MS))];
    const halts = [{ address: NEG_RISK_MODULE, fromBlock: 6, reason: "MALFORMED: no" }];
    const record = { ...aRecord(1, 6, { facts: someFacts({ upgrades, halts }) }), committedAt: blockTime(7) };
    await store.extend(record);
    await store.retract(0, blockTime(8));
    await store.extend(record);
    const alerts = await rows("SELECT kind, payload->>'change' AS change FROM flow.alert_outbox ORDER BY id");
    expect(alerts).toEqual(["upgraded", "halted"].map((change) => ({ kind: "contract", change })));
  });

  test("a reorg takes effects and facts back, and leaves what is arithmetic", async () => {
    const { owner, safe } = effects.ownerNo(1);
    const upgrade = { address: NEG_RISK_MODULE, implementation: walletNo(5), upgradedAt: blockTime(5) };
    const facts = someFacts({
      ...{ owners: [{ owner, source: "safeCreated", blockNumber: 5 }] },
      ...{ negRiskMarkets: [{ negRiskMarketId: ID, feeBips: 150n, blockNumber: 2 }] },
      negRiskQuestions: [3, 5].map((blockNumber) => ({ negRiskMarketId: ID, blockNumber, logIndex: 1 })),
      protocolEvents: [{ eventId: EVENT, isMigrated: true, blockNumber: 5 }],
      labels: [{ address: walletNo(9), kind: "operator", label: "an operator", blockNumber: 5, logIndex: 2 }],
      upgrades: [{ ...upgrade, blockNumber: 5, logIndex: 3 }],
      halts: [{ address: NEG_RISK_MODULE, fromBlock: 5, reason: "MALFORMED: no" }],
    });
    const transfers = [2, 5].map((block) => effects.aTransfer({ block }, safe, walletNo(2), changeOf(0, 0, 1n)));
    await store.extend(aRecord(1, 6, { blocks: [3, 4, 5, 6].map((n) => aBlock(n)), effects: transfers, facts }));
    expect(await store.lifecycleFacts(question(7))).toEqual({
      negRiskMarkets: new Map([[ID, { questionCount: 2, feeBips: 150n }]]),
      migratedEvents: new Set([EVENT]),
    });
    expect(await store.contracts()).toEqual({
      upgrades: [{ ...upgrade, blockNumber: 5, logIndex: 3 }],
      halts: [{ address: NEG_RISK_MODULE, fromBlock: 5, reason: "MALFORMED: no" }],
    });
    await store.retract(4, blockTime(7));
    expect(await store.lifecycleFacts(question(5))).toEqual({
      negRiskMarkets: new Map([[ID, { questionCount: 1, feeBips: 150n }]]),
      migratedEvents: new Set(),
    });
    expect(await store.contracts()).toEqual({ upgrades: [], halts: [] });
    expect(await rows("SELECT DISTINCT block_number FROM flow.lifecycle")).toEqual([{ block_number: 2 }]);
    expect(await rows("SELECT * FROM flow.lifecycle_coverage")).toEqual([{ from_block: 1, to_block: 4 }]);
    expect(await rows("SELECT label FROM flow.wallet_label WHERE block_number > 0")).toEqual([]);
    expect(await rows("SELECT kind, source FROM flow.wallet_owner ORDER BY kind")).toEqual(
      ["deposit", "depositFirstGeneration", "owner", "proxy", "safe"].map((kind) => ({ kind, source: "safeCreated" })),
    );
  });

  test("how many questions a neg-risk market has is known where every block since it began is held", async () => {
    const facts = someFacts({ negRiskMarkets: [{ negRiskMarketId: ID, feeBips: 0n, blockNumber: 2 }] });
    await store.extend(aRecord(1, 9, { effects: [], facts }));
    await store.extend(aRecord(12, 20, { effects: [], facts: someFacts() }));
    expect((await store.lifecycleFacts(question(10))).negRiskMarkets.size).toBe(1);
    expect((await store.lifecycleFacts(question(21))).negRiskMarkets.size).toBe(0);
    await store.extend(aRecord(10, 11, { effects: [], facts: someFacts() }));
    expect((await store.lifecycleFacts(question(21))).negRiskMarkets.size).toBe(1);
    expect((await store.lifecycleFacts(question(2))).negRiskMarkets.size).toBe(0);
  });

  test("wallets of one owner are one, others each their own", async () => {
    const { owner, safe, deposit } = effects.ownerNo(1);
    const fills = [safe, deposit, walletNo(3)].map((wallet, logIndex) => aFill({ wallet, logIndex }));
    const facts = someFacts({ owners: [{ owner, source: "proxyRelayed", blockNumber: 1 }] });
    await store.extend(aRecord(1, 1, { fills, facts }));
    expect(
      await rows(
        "SELECT '0x' || encode(flow.owner_of(wallet_key), 'hex') AS owner FROM flow.wallet ORDER BY wallet_key",
      ),
    ).toEqual([{ owner }, { owner }, { owner: walletNo(3) }]);
  });

  test("a market of Protocol V2 is known from its token; its own result stands against one that was derived", async () => {
    const marketId = `0x02${"55".repeat(30)}` as MarketId;
    const tokenIds = positionTokens(marketId);
    const protocolMarkets = [{ marketId, negRisk: true, tokenIds }];
    const derived = { ...resolved(0, [0n, 1_000_000n], 30), marketId };
    const own = { ...resolved(0, [1_000_000n, 0n], 20), marketId };
    await store.extend(
      aRecord(11, 40, {
        fills: [aFill({ blockNumber: 12, tokenId: tokenIds[1], exchangeVersion: 3 })],
        resolutions: [derived],
        facts: someFacts({ protocolMarkets }),
      }),
    );
    const shown = "SELECT market_id, outcome_index FROM orderflow_trades";
    expect(await rows(shown)).toEqual([{ market_id: marketId, outcome_index: 1 }]);
    const outcomes = `SELECT neg_risk, payouts, resolved_block FROM orderflow_market_outcomes`;
    expect(await rows(outcomes)).toMatchObject([{ neg_risk: true, resolved_block: 30 }]);
    await store.extend(aRecord(1, 10, { resolutions: [{ ...own, blockNumber: 9 }] }));
    expect(await rows(outcomes)).toEqual([{ neg_risk: true, payouts: ["1.000000", "0.000000"], resolved_block: 9 }]);
  });

  test("combos keep their legs and are asked of no catalog", async () => {
    const marketId = `0x03${"66".repeat(30)}` as MarketId;
    const facts = someFacts({
      protocolMarkets: [{ marketId, negRisk: false, tokenIds: positionTokens(marketId) }],
      combos: [{ marketId, legs: [tokenNo(1), tokenNo(2)], blockNumber: 1 }],
    });
    await store.extend(aRecord(1, 1, { facts }));
    expect(
      await rows(
        "SELECT is_combo, place, token_id FROM flow.combo_leg JOIN flow.market USING (market_key) ORDER BY place",
      ),
    ).toEqual([
      { is_combo: true, place: 0, token_id: tokenNo(1) },
      { is_combo: true, place: 1, token_id: tokenNo(2) },
    ]);
    expect(await store.marketsWithoutInfo(10, blockTime(9))).toEqual([]);
  });

  test("addresses that the program knows to be no traders are labelled with the first range", async () => {
    await store.extend(aRecord(1, 1));
    expect((await rows("SELECT * FROM flow.wallet_label")).length).toBe(INFRASTRUCTURE_TABLE.length);
    const [exchange] = await rows("SELECT kind FROM flow.wallet_label WHERE label = 'exchange V3'");
    expect(exchange).toEqual({ kind: "exchange" });
    expect(parseAddress(INFRASTRUCTURE_TABLE[0]?.address ?? "")).toBeDefined();
  });
});
