import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import {
  BLOCKS,
  blocksOf,
  fillPartition,
  finalizeAll,
  hotRows,
  openWorld,
  sorted,
} from "../../../test/support/archive-world.ts";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { makeFills, rangeOf, timeOfBlock, tokenOf, walletOf } from "../../../test/support/fills.ts";
import { createArchiveStore } from "../../adapters/postgres/archive-store.ts";
import { createChainStore } from "../../adapters/postgres/chain-store.ts";
import type { ArchivedFill } from "../../ports/archive.ts";
import type { ArchiveProgress } from "./archive-fills.ts";

describeOnEachEngine("archiving fills", (getDb) => {
  test("what is read back from the files equals what was in the table, value by value", async () => {
    const db = getDb();
    const fills = [
      ...(await fillPartition(db, 10)),
      ...(await fillPartition(db, 11)),
      ...(await fillPartition(db, 12)),
    ];
    const world = openWorld(db, 12 * BLOCKS);
    const before = await world.read(10 * BLOCKS, 13 * BLOCKS - 1);
    expect(before).toEqual(sorted(fills));
    const seen: ArchiveProgress[] = [];
    const report = await world.archive({}, (progress) => seen.push(progress));
    expect(report.moved.map(({ fromBlock, rows }) => [fromBlock, rows])).toEqual([
      [10 * BLOCKS, 246],
      [11 * BLOCKS, 246],
    ]);
    expect(report.moved.every(({ fileBytes, tableBytes }) => fileBytes > 0 && tableBytes > fileBytes)).toBe(true);
    expect(report.kept.map(({ obstacle }) => obstacle)).toEqual([expect.stringContaining("newer than")]);
    expect([await hotRows(db, 10), await hotRows(db, 11), await hotRows(db, 12)]).toEqual([0, 0, 246]);
    expect(await world.read(10 * BLOCKS, 13 * BLOCKS - 1)).toEqual(before);
    expect(seen.at(-1)).toMatchObject({ rows: 246, partitions: 2, partitionsDone: 1, block: 12 * BLOCKS - 1 });
    expect(await world.archive()).toMatchObject({ moved: [], postponed: [] });
    await world.files.close();
  });

  test("a span inside files and table is cut to the block, and filters keep what they name", async () => {
    const db = getDb();
    const fills = [...(await fillPartition(db, 20)), ...(await fillPartition(db, 21))];
    const world = openWorld(db, 21 * BLOCKS);
    await world.archive();
    const from = 20 * BLOCKS + 1_250;
    const to = 21 * BLOCKS + 1_250;
    const inside = sorted(fills).filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to);
    expect(await world.read(from, to)).toEqual(inside);
    const token = tokenOf(0);
    const wallet = walletOf(0);
    const found: ArchivedFill[] = [];
    for await (const batch of world.history.readFills(
      { fromBlock: from, toBlock: to },
      { tokenIds: [token], wallets: [wallet] },
    )) {
      found.push(...batch);
    }
    expect(found).toEqual(inside.filter((fill) => fill.tokenId === token && fill.wallet === wallet));
    expect(found.length).toBeGreaterThan(0);
    await world.files.close();
  });

  test("a partition stays while it is not final, not wholly read or not yet in the ledger, and says which", async () => {
    const db = getDb();
    await fillPartition(db, 30);
    const chain = createChainStore(db);
    await chain.extend(rangeOf(31 * BLOCKS, 32 * BLOCKS - 2, makeFills(31, blocksOf(31).slice(0, -1), 2)));
    const obstacles = async (): Promise<(string | null)[]> =>
      (await createArchiveStore(db).partitions(timeOfBlock(40 * BLOCKS)))
        .filter(({ fromBlock }) => fromBlock === 30 * BLOCKS || fromBlock === 31 * BLOCKS)
        .map(({ obstacle }) => obstacle);
    await sql`UPDATE flow.chain_state SET finalized_block = ${31 * BLOCKS - 2}`.execute(db.kysely);
    expect((await obstacles())[0]).toContain("not final");
    await finalizeAll(db);
    const last = 32 * BLOCKS - 1;
    expect(await obstacles()).toEqual([null, `not wholly read: run orderflow backfill --from ${last} --to ${last}`]);
    await sql`INSERT INTO flow.reader_cursor VALUES ('reputation', 0, 'epoch'), ('executor:PAPER', 0, 'epoch')`.execute(
      db.kysely,
    );
    expect((await obstacles())[0]).toBe("not yet read by reputation");
    await sql`UPDATE flow.reader_cursor SET seq = (SELECT max(seq) FROM flow.ingest) WHERE reader = 'reputation'`.execute(
      db.kysely,
    );
    await sql`INSERT INTO flow.ledger_range VALUES (${30 * BLOCKS + 7}, ${30 * BLOCKS + 9}, false)`.execute(db.kysely);
    expect((await obstacles())[0]).toBe("not yet read by the ledger");
    await sql`DELETE FROM flow.reader_cursor`.execute(db.kysely);
    await sql`DELETE FROM flow.ledger_range`.execute(db.kysely);
    expect((await obstacles())[0]).toBeNull();
  });

  test("a partition that another transaction reads is left for the next run", async () => {
    const db = getDb();
    if (db.engine === "pglite") return;
    await fillPartition(db, 5);
    const world = openWorld(db, 6 * BLOCKS);
    const reading = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const reader = db.transaction(async (trx) => {
      await sql`SELECT count(*) FROM flow.fill WHERE block_number >= ${5 * BLOCKS}::int`.execute(trx);
      reading.resolve();
      await read.promise;
    });
    await reading.promise;
    const patient = createArchiveStore(db);
    const impatient = {
      ...patient,
      replace: (...args: Parameters<typeof patient.replace>) => patient.replace(...args),
    };
    const first = await world.archive({ store: impatient });
    read.resolve();
    await reader;
    expect(first.postponed.map(({ fromBlock }) => fromBlock)).toContain(5 * BLOCKS);
    expect(await hotRows(db, 5)).toBe(246);
    expect((await world.archive()).moved.map(({ fromBlock }) => fromBlock)).toContain(5 * BLOCKS);
    await world.files.close();
  });

  test("stopping between two pages leaves the partition and no file", async () => {
    const db = getDb();
    const fills = await fillPartition(db, 55);
    const world = openWorld(db, 56 * BLOCKS);
    const stop = new AbortController();
    const report = await world.archive({}, () => stop.abort(), stop.signal);
    expect(report.moved).toEqual([]);
    expect(readdirSync(world.folder)).toEqual([".work"]);
    expect(await world.read(55 * BLOCKS, 56 * BLOCKS - 1)).toEqual(sorted(fills));
    await world.archive();
    expect(await world.read(55 * BLOCKS, 56 * BLOCKS - 1)).toEqual(sorted(fills));
    await world.files.close();
  });

  test("rows that came after the file was written are noticed, and the file is written again", async () => {
    const db = getDb();
    const fills = await fillPartition(db, 57);
    const world = openWorld(db, 58 * BLOCKS);
    const store = createArchiveStore(db);
    const died = { ...store, replace: () => Promise.reject(new Error("killed")) };
    await expect(world.archive({ store: died })).rejects.toThrow("killed");
    await sql`DELETE FROM flow.fill_packed WHERE block_number = ${57 * BLOCKS}`.execute(db.kysely);
    await world.archive();
    expect(await world.read(57 * BLOCKS, 58 * BLOCKS - 1)).toEqual(
      sorted(fills).filter(({ blockNumber }) => blockNumber > 57 * BLOCKS),
    );
    await world.files.close();
  });

  test("a damaged file under the final name is written again before anything is dropped", async () => {
    const db = getDb();
    const fills = await fillPartition(db, 59);
    const world = openWorld(db, 60 * BLOCKS);
    const store = createArchiveStore(db);
    await expect(
      world.archive({ store: { ...store, replace: () => Promise.reject(new Error("killed")) } }),
    ).rejects.toThrow();
    truncateSync(join(world.folder, world.files.pathOf({ fromBlock: 59 * BLOCKS, toBlock: 60 * BLOCKS - 1 })), 5_000);
    await world.archive();
    expect(await world.read(59 * BLOCKS, 60 * BLOCKS - 1)).toEqual(sorted(fills));
    await world.files.close();
  });

  test("reading goes on without loss while the partition under it is moved", async () => {
    const db = getDb();
    const fills = [...(await fillPartition(db, 61)), ...(await fillPartition(db, 62))];
    const world = openWorld(db, 63 * BLOCKS);
    const seen: ArchivedFill[] = [];
    let batches = 0;
    for await (const batch of world.history.readFills({ fromBlock: 61 * BLOCKS, toBlock: 63 * BLOCKS - 1 })) {
      seen.push(...batch);
      batches += 1;
      if (batches === 2) expect((await world.archive()).moved.length).toBe(2);
    }
    expect(seen).toEqual(sorted(fills));
    await world.files.close();
  });

  test("a second archiver at the same time is refused", async () => {
    const world = openWorld(getDb(), 0);
    const release = await createArchiveStore(getDb()).lock();
    await expect(world.archive()).rejects.toThrow("another run archives or imports");
    await release?.();
    await world.archive();
  });
});
