import { sql, type Transaction } from "kysely";
import { assert } from "../../core/assert.ts";
import { ProviderInconsistencyError } from "../../core/errors.ts";
import type { BlockHash } from "../../core/ids/ids.ts";
import type { BlockRangeRecord, ChainStore, CoverageRange, FinalizedMark } from "../../ports/chain-store.ts";
import { appendIngest, lockChain, openRange, uncoverAbove } from "./chain-coverage.ts";
import { checkFinal, moveMark, settleMark } from "./chain-finality.ts";
import { closeGap, cutParts } from "./chain-parts.ts";
import { insertBlocks, insertMarkets, insertQuarantined, insertResolutions } from "./chain-rows.ts";
import { type Database, repeatableTransaction } from "./connect.ts";
import { createDictionary, type DictionaryUse } from "./dictionary.ts";
import { deleteFactsAbove, type FactsMemory, insertFacts, insertStaticLabels } from "./facts-rows.ts";
import { type ExchangeKeys, insertFills, partitionsOf } from "./fill-rows.ts";
import { createKeyCache } from "./key-cache.ts";
import { createFactsReader } from "./known-facts.ts";
import { insertEffects } from "./lifecycle-rows.ts";
import { LOCKS } from "./locks.ts";
import { createMarketInfoStore } from "./market-info.ts";
import type { Schema } from "./schema.ts";

/** Owners and markets of Protocol V2 that need not be written again. */
const FACTS_REMEMBERED = 100_000;

export function createChainStore(db: Database): ChainStore {
  const dictionary = createDictionary();
  const memory: FactsMemory = { markets: createKeyCache(FACTS_REMEMBERED), owners: createKeyCache(FACTS_REMEMBERED) };
  let exchanges: ExchangeKeys | null = null;
  let isLabelled = false;

  const exchangeKeys = async (): Promise<ExchangeKeys> => {
    if (exchanges !== null) return exchanges;
    const rows = await db.kysely.selectFrom("flow.exchange").select(["address", "exchange_key"]).execute();
    exchanges = new Map(rows.map(({ address, exchange_key }) => [address, exchange_key]));
    return exchanges;
  };

  return {
    ...createMarketInfoStore(db),
    ...createFactsReader(db),
    tryLock: (onLost) => db.tryLock(LOCKS.listener, onLost),
    async extend(record, mark = null, onWriting = () => {}) {
      const done = await extend(
        { db, begin: dictionary.begin, exchanges: await exchangeKeys(), memory, isLabelled, onWriting },
        record,
        mark,
      );
      isLabelled = true;
      return done;
    },

    async retract(lastGoodBlock, at) {
      await repeatableTransaction(db, async (trx) => {
        const { finalizedBlock } = await lockChain(trx);
        if (lastGoodBlock < finalizedBlock) {
          throw new ProviderInconsistencyError("REORG_BELOW_FINALIZED", "a finalized block was replaced", {
            lastGoodBlock,
            finalizedBlock,
          });
        }
        await sql`DELETE FROM flow.fill_packed WHERE block_number > ${lastGoodBlock}`.execute(trx);
        await sql`DELETE FROM flow.resolution WHERE block_number > ${lastGoodBlock}`.execute(trx);
        await deleteFactsAbove(trx, lastGoodBlock);
        await sql`DELETE FROM flow.quarantine WHERE block_number > ${lastGoodBlock}`.execute(trx);
        await cutParts(trx, lastGoodBlock);
        await sql`DELETE FROM flow.block WHERE block_number > ${lastGoodBlock}`.execute(trx);
        await sql`UPDATE flow.market SET prepared_block = NULL WHERE prepared_block > ${lastGoodBlock}`.execute(trx);
        const highest = await uncoverAbove(trx, lastGoodBlock);
        if (highest !== null) {
          await appendIngest(trx, "retract", { fromBlock: lastGoodBlock + 1, toBlock: highest }, at);
        }
      });
      await hint(db);
    },

    async finalizedBlock() {
      const { rows } = await sql<{ n: number }>`SELECT finalized_block AS n FROM flow.chain_state`.execute(db.kysely);
      return rows[0]?.n ?? -1;
    },

    async finalize(finalizedBlock, headBlock, at) {
      await repeatableTransaction(db, (trx) => moveMark(trx, finalizedBlock, headBlock, at));
      await hint(db);
    },

    async settle(finalizedBlock, at) {
      await repeatableTransaction(db, (trx) => settleMark(trx, finalizedBlock, at));
      await hint(db);
    },

    async coverage() {
      const rows = await db.kysely.selectFrom("flow.coverage").selectAll().orderBy("from_block").execute();
      return rows.map(({ from_block, to_block }) => ({ fromBlock: from_block, toBlock: to_block }));
    },

    async followFrom(proposed) {
      const { rows } = await sql<{ start: number }>`UPDATE flow.chain_state
        SET follow_from_block = coalesce(follow_from_block, ${proposed}::int)
        RETURNING follow_from_block AS start`.execute(db.kysely);
      return rows[0]?.start ?? proposed;
    },

    async recentBlocks(limit) {
      const rows = await db.kysely
        .selectFrom("flow.block")
        .selectAll()
        .orderBy("block_number", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        number: row.block_number,
        hash: row.hash as string as BlockHash,
        parentHash: row.parent_hash as string as BlockHash,
        timestamp: Math.floor(row.block_time / 1000),
      }));
    },
  };
}

type ExtendDeps = {
  readonly db: Database;
  readonly begin: ReturnType<typeof createDictionary>["begin"];
  readonly exchanges: ExchangeKeys;
  readonly memory: FactsMemory;
  /** False: the addresses that the program knows to be no traders have still to be written. */
  readonly isLabelled: boolean;
  readonly onWriting: () => void;
};

async function extend(
  deps: ExtendDeps,
  record: BlockRangeRecord,
  mark: FinalizedMark | null,
): Promise<{ fills: number }> {
  const { db } = deps;
  const done = await repeatableTransaction(db, (trx) => writeRange(trx, deps, record, mark));
  done.keys.keep();
  done.keepFacts();
  // Where something was read, the commit itself has told.
  if (!done.isNew && mark !== null) await hint(db);
  return { fills: done.fills };
}

async function writeRange(
  trx: Transaction<Schema>,
  { db, begin, exchanges, memory, isLabelled, onWriting }: ExtendDeps,
  record: BlockRangeRecord,
  mark: FinalizedMark | null,
) {
  const keys: DictionaryUse = begin(trx);
  const finalize = async (): Promise<void> => {
    if (mark !== null) await moveMark(trx, mark.finalizedBlock, mark.headBlock, record.committedAt);
  };
  const opened = await openRange(trx, record, partitionsOf(record.fills));
  checkFinal(record, opened);
  if (!isLabelled) await insertStaticLabels(trx);
  const { gaps } = opened;
  if (gaps.length === 0) {
    await finalize();
    return { keys, keepFacts: () => {}, fills: 0, isNew: false };
  }
  const isNew = within(record, gaps);
  const fills = record.fills.filter(({ fill }) => isNew(fill.blockNumber));
  await insertMarkets(
    trx,
    record.markets.filter((market) => isNew(market.preparedBlock)),
  );
  const effects = record.effects?.filter(({ effect }) => isNew(effect.blockNumber)) ?? [];
  await insertEffects(db, trx, effects, keys);
  const keepFacts =
    record.facts === undefined ? () => {} : await insertFacts(trx, record.facts, isNew, memory, record.committedAt);
  await insertResolutions(
    trx,
    record.resolutions.filter((resolution) => isNew(resolution.blockNumber)),
  );
  await insertQuarantined(
    trx,
    record.quarantined.filter(({ log }) => isNew(log.blockNumber)),
  );
  await insertBlocks(trx, record.blocks);
  for (const gap of gaps) await closeGap(trx, gap, record);
  await finalize();
  // Last, so that nothing is left to be asked when the rows are in: by then this thread is at work on the next range.
  await insertFills(db, trx, fills, { dictionary: keys, exchanges, onWriting });
  return { keys, keepFacts, fills: fills.length, isNew: true };
}

/** Whether a row of the record's range lies in one of the gaps: nearly always they are one, the whole range. */
function within({ fromBlock, toBlock }: CoverageRange, gaps: readonly CoverageRange[]): (block: number) => boolean {
  const isAll = gaps[0]?.fromBlock === fromBlock && gaps[0].toBlock === toBlock;
  return (block) => {
    if (block < fromBlock || block > toBlock) assert(false, "a record holds rows of its own range only", { block });
    return isAll || gaps.some((gap) => block >= gap.fromBlock && block <= gap.toBlock);
  };
}

/** After the commit; a lost hint is harmless because every reader also polls. */
const hint = (db: Database): Promise<void> => db.wake.notify("orderflow_chain").catch(() => {});
