import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { createCoverageStore } from "../../src/adapters/postgres/coverage-store.ts";
import { readCoverageSummary } from "../../src/adapters/postgres/endpoint-store.ts";
import { proveCoverage } from "../../src/core/chain/coverage-proof.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import type { BlockRangeRecord, ChainStore } from "../../src/ports/chain-store.ts";
import type { CoverageStore } from "../../src/ports/coverage-store.ts";
import * as facts from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const { aBlock, aFill, blockTime, tokenNo, walletNo } = facts;
const everything = { fromBlock: 0, toBlock: 1_000_000 };

/** A range as an endpoint delivered it. */
const delivered = (
  fromBlock: number,
  toBlock: number,
  endpoint = "https://one.example",
  changes: Partial<BlockRangeRecord> = {},
): BlockRangeRecord =>
  facts.aRecord(fromBlock, toBlock, {
    blocks: [],
    origin: { endpoint, first: aBlock(fromBlock), last: aBlock(toBlock) },
    ...changes,
  });

describeOnEachEngine("coverage store", (getDb) => {
  let chain: ChainStore;
  let store: CoverageStore;

  beforeEach(async () => {
    await emptyChain(getDb());
    chain = createChainStore(getDb());
    store = createCoverageStore(getDb());
  });
  const spans = async (): Promise<string[]> =>
    (await store.parts(everything)).map(
      ({ fromBlock, toBlock, endpoint }) => `${fromBlock}-${toBlock} ${endpoint?.slice(8, 11) ?? "?"}`,
    );

  test("what one endpoint delivers block after block is one part, with the hashes of its ends", async () => {
    for (const [from, to] of [
      [10, 19],
      [20, 20],
      [21, 30],
    ] as const) {
      await chain.extend(delivered(from, to));
    }
    expect(await store.parts(everything)).toEqual([
      {
        fromBlock: 10,
        toBlock: 30,
        parentHash: aBlock(9).hash,
        firstHash: aBlock(10).hash,
        lastHash: aBlock(30).hash,
        endpoint: "https://one.example",
      },
    ]);
  });

  test("another endpoint, another branch, a gap, or a thousand blocks begin a new part", async () => {
    await chain.extend(delivered(10, 19));
    await chain.extend(delivered(20, 29, "https://two.example"));
    await chain.extend(delivered(40, 49, "https://two.example"));
    const other = { endpoint: "https://two.example", first: aBlock(50, 1), last: aBlock(59, 1) };
    await chain.extend(delivered(50, 59, "", { origin: other }));
    await chain.extend(delivered(60, 2_000, "https://two.example", {}));
    expect(await spans()).toEqual(["10-19 one", "20-29 two", "40-49 two", "50-59 two", "60-2000 two"]);
    const proof = proveCoverage(await store.coverage(), await store.parts(everything), {
      fromBlock: 40,
      toBlock: 2_000,
    });
    expect(proof.brokenJoints.map(({ block }) => block)).toEqual([50, 60]);
  });

  test("late ranges, in any order and side by side, leave parts that account for all that is covered", async () => {
    const ranges = [
      [50, 59],
      [10, 19],
      [30, 39],
      [20, 29],
      [15, 64],
    ] as const;
    await Promise.all(ranges.map(([from, to]) => chain.extend(delivered(from, to))));
    const proof = proveCoverage(await store.coverage(), await store.parts(everything), { fromBlock: 10, toBlock: 64 });
    expect(proof).toMatchObject({ holes: [], unaccounted: [], brokenJoints: [], isComplete: true });
  });

  test("of a range that was partly held, the new part is on record without the hashes that nobody has", async () => {
    await chain.extend(delivered(20, 29));
    await chain.extend(delivered(10, 34, "https://two.example"));
    expect(await store.parts(everything)).toMatchObject([
      { fromBlock: 10, toBlock: 19, firstHash: aBlock(10).hash, lastHash: null },
      { fromBlock: 20, toBlock: 29 },
      { fromBlock: 30, toBlock: 34, parentHash: null, lastHash: aBlock(34).hash },
    ]);
  });

  test("a reorg cuts the parts where it cuts the coverage, and what comes instead follows from there", async () => {
    const blocks = [10, 11, 12, 13].map((block) => aBlock(block));
    await chain.extend(delivered(10, 13, "https://one.example", { blocks }));
    await chain.retract(11, blockTime(13));
    expect(await store.parts(everything)).toMatchObject([{ fromBlock: 10, toBlock: 11, lastHash: aBlock(11).hash }]);
    const first = { ...aBlock(12, 1), parentHash: aBlock(11).hash };
    const origin = { endpoint: "https://one.example", first, last: aBlock(14, 1) };
    await chain.extend(delivered(12, 14, "", { origin }));
    expect(await spans()).toEqual(["10-14 one"]);
  });

  test("fills come back as they were stored", async () => {
    const fills = [
      aFill({ blockNumber: 5, logIndex: 1, role: "maker", counterparty: walletNo(2), side: "SELL", matchLogIndex: 3 }),
      aFill({ blockNumber: 5, logIndex: 3, exchange: facts.V1, exchangeVersion: 1, fee: 7n, feeAsset: "shares" }),
      aFill({ blockNumber: 6, tokenId: tokenNo(9), size: shares(1n), cash: usd(2n), matchLogIndex: null }),
    ];
    await chain.extend(delivered(5, 7, "https://one.example", { fills }));
    const held = await store.fills({ fromBlock: 5, toBlock: 6 });
    expect(held).toEqual(
      fills.map(({ fill: { txIndex: _txIndex, ...fill }, occurredAt }) => ({ ...fill, occurredAt })),
    );
    expect(await store.fills({ fromBlock: 7, toBlock: 9 })).toEqual([]);
  });

  test("the summary counts holes and says from where there is none", async () => {
    expect(await readCoverageSummary(getDb())).toMatchObject({ fromBlock: null, blocks: 0n, holes: 0n });
    await chain.extend(delivered(10, 19));
    await chain.extend(delivered(30, 39));
    await chain.extend(delivered(41, 60));
    expect(await readCoverageSummary(getDb())).toEqual({
      fromBlock: 10,
      toBlock: 60,
      blocks: 40n,
      holes: 2n,
      missingBlocks: 11n,
      unbrokenFromBlock: 41,
    });
  });

  test("where following began is kept, whatever is proposed later and whatever is read below it", async () => {
    expect(await chain.followFrom(500)).toBe(500);
    await chain.extend(delivered(10, 19));
    expect(await chain.followFrom(900)).toBe(500);
  });

  test("a failed range leaves no part behind", async () => {
    const fill = aFill({ blockNumber: 10 });
    await expect(chain.extend(delivered(10, 19, "https://one.example", { fills: [fill, fill] }))).rejects.toThrow();
    const { rows } = await sql`SELECT * FROM flow.coverage_part`.execute(getDb().kysely);
    expect(rows).toEqual([]);
  });
});
