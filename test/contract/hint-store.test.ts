import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createEndpointStore, readEndpoints, readHintLeads } from "../../src/adapters/postgres/endpoint-store.ts";
import { createHintStore } from "../../src/adapters/postgres/hint-store.ts";
import { parseTxHash } from "../../src/core/ids/ids.ts";
import { price, shares } from "../../src/core/money/amounts.ts";
import { addMs, epochMs } from "../../src/core/time/time.ts";
import type { EndpointHealth } from "../../src/ports/log-source.ts";
import type { HintStore, TradeHint } from "../../src/ports/trade-hint.ts";
import { marketNo, tokenNo, walletNo } from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20));
const txHash = (n: number) => parseTxHash(`0x${n.toString(16).padStart(64, "0")}`);

const aHint = (n: number, changes: Partial<TradeHint> = {}): TradeHint => ({
  source: "rtds",
  txHash: txHash(n),
  wallet: walletNo(n),
  tokenId: tokenNo(n),
  marketId: marketNo(n),
  side: "BUY",
  size: shares(10_000_000n),
  price: price(400_000n),
  occurredAt: NOW,
  receivedAt: addMs(NOW, 500),
  ...changes,
});
const matchedAt = (ms: number, blockNumber = 7) => ({ logReceivedAt: addMs(NOW, ms), blockNumber, logIndex: 3 });

describeOnEachEngine("hint store", (getDb) => {
  let store: HintStore;
  beforeEach(async () => {
    await emptyChain(getDb());
    store = createHintStore(getDb());
  });
  const rows = async (): Promise<readonly unknown[]> =>
    (
      await sql`SELECT source, wallet, log_received_at, block_number FROM flow.hinted_fill ORDER BY wallet`.execute(
        getDb().kysely,
      )
    ).rows;

  test("a hint is kept apart from the fills, and proven later by its log", async () => {
    await store.save([
      { hint: aHint(1), match: null },
      { hint: aHint(2), match: matchedAt(2_000) },
    ]);
    await store.save([{ hint: aHint(1), match: matchedAt(1_500) }]);
    expect(await rows()).toEqual([
      { source: "rtds", wallet: walletNo(1), log_received_at: NOW + 1_500, block_number: 7 },
      { source: "rtds", wallet: walletNo(2), log_received_at: NOW + 2_000, block_number: 7 },
    ]);
    const { rows: fills } = await sql`SELECT 1 FROM flow.fill`.execute(getDb().kysely);
    expect(fills).toEqual([]);
  });

  test("saved again, or in one batch with its match, it is one row, and its match stays", async () => {
    await store.save([
      { hint: aHint(1), match: null },
      { hint: aHint(1), match: matchedAt(900) },
    ]);
    await store.save([{ hint: aHint(1), match: null }]);
    await store.save([{ hint: aHint(1), match: matchedAt(5_000) }]);
    expect(await rows()).toMatchObject([{ log_received_at: NOW + 900 }]);
  });

  test("without a market it is kept too", async () => {
    await store.save([{ hint: aHint(1, { marketId: null }), match: null }]);
    expect(await rows()).toHaveLength(1);
  });

  test("the lead of each source is measured against the log", async () => {
    const leads = [500, 1_500, 2_500];
    await store.save(leads.map((lead, n) => ({ hint: aHint(n), match: matchedAt(500 + lead) })));
    await store.save([{ hint: aHint(9), match: null }]);
    expect(await readHintLeads(getDb())).toEqual([
      { source: "rtds", hints: 4n, matched: 3n, leadMs: [700, 1_500, 2_300] },
    ]);
  });

  test("old hints are forgotten", async () => {
    await store.save([
      { hint: aHint(1), match: null },
      { hint: aHint(2, { receivedAt: addMs(NOW, 5_000) }), match: null },
    ]);
    await store.prune(addMs(NOW, 1_000));
    expect(await rows()).toMatchObject([{ wallet: walletNo(2) }]);
  });
});

describeOnEachEngine("endpoint store", (getDb) => {
  const health = (name: string, changes: Partial<EndpointHealth> = {}): EndpointHealth => ({
    ...{ name, isResting: false, cost: 100, requests: 7, failures: 1, latencyMs: 80, errorRate: 0.1, lagBlocks: null },
    ...{ callsPerSecond: null, blocksMax: 10, resultsMax: null, lastError: "busy" },
    ...changes,
  });

  test("shows the endpoints as they were last measured, in their order, and none that is gone", async () => {
    await emptyChain(getDb());
    const store = createEndpointStore(getDb());
    await store.save([health("https://b.example"), health("https://a.example")], NOW);
    const later = addMs(NOW, 1_000);
    await store.save([health("https://c.example"), health("https://b.example", { requests: 9 })], later);
    expect(await readEndpoints(getDb())).toEqual([
      { ...health("https://c.example"), measuredAt: later },
      { ...health("https://b.example", { requests: 9 }), measuredAt: later },
    ]);
    await store.save([], later);
    expect(await readEndpoints(getDb())).toEqual([]);
  });
});
