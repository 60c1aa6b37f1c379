import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { usd } from "../../src/core/money/amounts.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import { aBlock, aFill, aRecord, blockTime, tokenNo, walletNo } from "../support/chain-facts.ts";
import { emptyChain } from "../support/empty-chain.ts";
import { describeOnEachEngine } from "../support/engines.ts";

const LAST_BLOCK = 40;

/** The chain of one fork: which fills each block holds follows from fork and block alone. */
const fillsOf = (block: number, fork: number): StoredFill[] =>
  Array.from({ length: (block * 7 + fork * 3) % 4 }, (_, index) =>
    aFill({
      ...{ blockNumber: block, logIndex: index * 2 + fork, wallet: walletNo((block + index + fork) % 5) },
      ...{ tokenId: tokenNo((block * index) % 6), cash: usd(BigInt(block * 100 + index * 10 + fork)) },
    }),
  );

type Step =
  | { readonly kind: "extend"; readonly from: number; readonly length: number }
  | { readonly kind: "retract"; readonly to: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("extend" as const), from: fc.nat(LAST_BLOCK), length: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retract" as const), to: fc.nat(LAST_BLOCK) }) },
);

/** What the store should hold, kept block by block. */
function createModel() {
  const blocks = new Map<number, StoredFill[]>();
  return {
    extend(from: number, to: number, fork: number) {
      for (let block = from; block <= to; block += 1) if (!blocks.has(block)) blocks.set(block, fillsOf(block, fork));
    },
    retract(to: number) {
      for (const block of [...blocks.keys()]) if (block > to) blocks.delete(block);
    },
    coverage() {
      const ranges: { fromBlock: number; toBlock: number }[] = [];
      for (const block of [...blocks.keys()].sort((a, b) => a - b)) {
        const last = ranges.at(-1);
        if (last?.toBlock === block - 1) last.toBlock = block;
        else ranges.push({ fromBlock: block, toBlock: block });
      }
      return ranges;
    },
    fills: () =>
      [...blocks.values()]
        .flat()
        .map(({ fill }) => `${fill.blockNumber}/${fill.logIndex} ${fill.wallet} ${fill.tokenId} ${fill.cash}`)
        .sort(),
    activity() {
      const byWallet = new Map<string, { trades: number; volume: bigint; first: number; last: number }>();
      for (const { fill, occurredAt } of [...blocks.values()].flat()) {
        const sum = byWallet.get(fill.wallet) ?? { trades: 0, volume: 0n, first: occurredAt, last: occurredAt };
        byWallet.set(fill.wallet, {
          trades: sum.trades + 1,
          volume: sum.volume + fill.cash,
          first: Math.min(sum.first, occurredAt),
          last: Math.max(sum.last, occurredAt),
        });
      }
      return [...byWallet]
        .map(([wallet, { trades, volume, first, last }]) => `${wallet} ${trades} ${volume} ${first} ${last}`)
        .sort();
    },
  };
}

describeOnEachEngine("chain store", (getDb) => {
  const read = async () => {
    const { kysely } = getDb();
    const fills = await sql<{
      line: string;
    }>`SELECT f.block_number || '/' || f.log_index || ' 0x' || encode(w.address, 'hex')
      || ' ' || t.token_id || ' ' || f.cash_micros AS line FROM flow.fill f
      JOIN flow.wallet w USING (wallet_key) JOIN flow.token t USING (token_key)`.execute(kysely);
    const activity = await sql<{ line: string }>`SELECT '0x' || encode(w.address, 'hex') || ' ' || a.total_trades || ' '
      || a.volume_micros || ' ' || (extract(epoch FROM a.first_trade_at) * 1000)::bigint || ' '
      || (extract(epoch FROM a.last_trade_at) * 1000)::bigint AS line
      FROM flow.wallet_activity a JOIN flow.wallet w USING (wallet_key)`.execute(kysely);
    return { fills: fills.rows.map(({ line }) => line).sort(), activity: activity.rows.map(({ line }) => line).sort() };
  };

  test("any order of extending and retracting leaves what a plain model holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        await emptyChain(getDb());
        const store = createChainStore(getDb());
        const model = createModel();
        let fork = 0;
        for (const each of steps) {
          if (each.kind === "retract") {
            fork += 1;
            await store.retract(each.to, blockTime(each.to));
            model.retract(each.to);
          } else {
            const to = Math.min(each.from + each.length, LAST_BLOCK);
            const fills = [];
            for (let block = each.from; block <= to; block += 1) fills.push(...fillsOf(block, fork));
            await store.extend(aRecord(each.from, to, { fills, blocks: [aBlock(to, fork)] }));
            model.extend(each.from, to, fork);
          }
        }
        const stored = await read();
        expect(await store.coverage()).toEqual(model.coverage());
        expect(stored.fills).toEqual(model.fills());
        expect(stored.activity).toEqual(model.activity());
      }),
      { numRuns: 40 },
    );
  });
});
