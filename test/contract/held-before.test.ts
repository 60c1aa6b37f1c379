// Goal: what a leader held before each of its sales is what all its fills and effects come to, in the order of the chain,
// whatever of them the ledger has, has not yet, or has alone because the archive took the fills. Method: a random history
// and a plain sum beside it; the ledger is at nothing, in the middle and at the end, then the first fills leave.
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { ExecutorStore } from "../../src/ports/executor-store.ts";
import { aFill, aRecord, blockTime, tokenNo, walletNo } from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { executorDesk } from "../support/executor-desk.ts";
import { randomOf } from "../support/fills.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { $, sh } from "../support/trading.ts";

const LAST = 40;
const LEADER = walletNo(1);

type Sale = { readonly block: number; readonly held: bigint };

/** From block 3 on; the leader begins with the 400 shares that we followed. The first sale is of more than we saw it buy. */
function aHistory() {
  const random = randomOf(2);
  const sales: Sale[] = [];
  const fills = [];
  const moves = [];
  let held = 400_000_000n;
  for (let block = 3; block <= LAST; block += 1) {
    const amount = BigInt(1 + Math.floor(random() * 90_000_000));
    const part = (held * BigInt(Math.floor(random() * 40))) / 100n;
    const what = block === 3 ? 0 : Math.floor(random() * 7);
    const at = { blockNumber: block, wallet: LEADER, tokenId: tokenNo(0), cash: $("1") };
    if (what <= 1) {
      const size = block === 3 ? sh("500") : sh(String(Number(part) / 1e6));
      if (size === 0n) continue;
      sales.push({ block, held: held > size ? held : size });
      fills.push(aFill({ ...at, side: "SELL", size }));
      held = held > size ? held - size : 0n;
    } else if (what === 2) {
      fills.push(aFill({ ...at, size: amount as never }));
      held += amount;
    } else if (what === 3) {
      fills.push(aFill({ ...at, size: amount as never, fee: amount / 50n, feeAsset: "shares", exchangeVersion: 1 }));
      held += amount - amount / 50n;
    } else if (what === 4) {
      moves.push(effects.aSplit({ block }, LEADER, 0, amount));
      held += amount;
    } else if (what === 5) {
      const given = random() < 0.5;
      const [from, to] = given ? [LEADER, walletNo(8)] : [walletNo(8), LEADER];
      moves.push(effects.aTransfer({ block }, from, to, effects.changeOf(0, 0, given ? part : amount)));
      held += given ? -part : amount;
    } else {
      const received = [effects.changeOf(0, 0, amount)];
      moves.push(effects.aConversion({ block }, LEADER, [effects.changeOf(1, 1, amount)], received, 0n));
      held += amount;
    }
  }
  return { fills, moves, sales };
}

describeOnEachEngine("what a leader held", (getDb) => {
  let store: ExecutorStore;
  const desk = executorDesk(getDb, () => store);

  test("is told as the chain has it", { timeout: 60_000 }, async () => {
    const db = getDb();
    const { service, chain } = await createReputationBench(db);
    store = await desk.open();
    await store.save(await desk.tradeOnce());
    const before = await desk.query({ minWhaleScore: null, maxFadeScore: null });
    const { fills, moves, sales } = aHistory();
    await chain.extend(aRecord(3, LAST, { fills, effects: moves, facts: effects.someFacts(), finalizedBlock: 2 }));
    const expectHeld = async (from: number): Promise<void> => {
      const told = (await store.read(before)).fills.map(({ fill }) => {
        const held = fill.heldBefore ?? 0n;
        return { block: fill.blockNumber, held: held > fill.size ? held : fill.size };
      });
      expect(told).toEqual(sales.filter(({ block }) => block >= from));
    };
    await expectHeld(0);
    for (const finalized of [LAST / 2, LAST]) {
      await chain.finalize(finalized, LAST, blockTime(LAST));
      await service.calculate();
      await expectHeld(0);
    }
    await sql`WITH gone AS (DELETE FROM flow.fill_packed WHERE block_number < ${LAST / 4}::int)
      INSERT INTO flow.archive_file (path, content, source, from_block, to_block, row_count, size_micros, cash_micros,
        fee_micros, first_block, first_log_index, last_block, last_log_index, first_at, last_at, file_bytes, created_at)
      VALUES ('a', 'fill', 'chain', 0, ${LAST / 4 - 1}::int, 1, 0, 0, 0, 0, 0, 0, 0, 'epoch', 'epoch', 1, 'epoch')
      `.execute(db.kysely);
    await expectHeld(LAST / 4);
    await sql`DELETE FROM flow.archive_file`.execute(db.kysely);
  });
});
