// Goal: a ledger computed again from Parquet files and what is left in the database is the one computed before anything
// was archived, effects and resolutions at their places. Method: a history over three partitions, calculated in steps;
// two of the partitions are archived by the archiver itself; then everything is computed again.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openArchiveFolder } from "../../src/adapters/archive/fill-files.ts";
import { createArchiveStore } from "../../src/adapters/postgres/archive-store.ts";
import type { OutcomeIndex } from "../../src/core/market/market.ts";
import { shares, usd } from "../../src/core/money/amounts.ts";
import { addMs, DAY_MS } from "../../src/core/time/time.ts";
import type { ArchiveFiles } from "../../src/ports/archive.ts";
import type { StoredFill } from "../../src/ports/chain-store.ts";
import type { StoredEffect } from "../../src/ports/lifecycle.ts";
import { archiveFills } from "../../src/services/archive/archive-fills.ts";
import { aFill, aRecord, blockTime, preparedMarket, resolved, tokenNo, walletNo } from "../support/chain-facts.ts";
import * as effects from "../support/effects.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { randomOf } from "../support/fills.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";

const PARTITION = 50_000;
const PARTITIONS = 3;
const HEAD = PARTITIONS * PARTITION - 1;
const FAMILY = effects.ownerNo(3);
const WALLETS = [FAMILY.safe, FAMILY.deposit, walletNo(1), walletNo(2)] as const;
const MARKETS = 6;

type History = { readonly fills: readonly StoredFill[]; readonly effects: readonly StoredEffect[] };

/** Buys, sales, sets, transfers and conversions of some hundred blocks of a partition. */
function historyOf(partition: number): History {
  const random = randomOf(7 + partition);
  const below = (n: number): number => Math.floor(random() * n);
  const micros = (): bigint => BigInt(1 + below(20_000_000));
  const all = WALLETS.flatMap((wallet) => Array.from({ length: MARKETS }, (_, market) => ({ wallet, market })));
  const sets = all.map(({ wallet, market }, log) => effects.aSplit({ block: 60, log }, wallet, market, 40_000_000n));
  const history = { fills: [] as StoredFill[], effects: partition === 0 ? sets : ([] as StoredEffect[]) };
  for (let n = 0; n < 200; n += 1) {
    const block = partition * PARTITION + n * 240;
    const wallet = WALLETS[below(4)] ?? FAMILY.safe;
    const sibling = wallet === FAMILY.safe ? FAMILY.deposit : FAMILY.safe;
    const to = [FAMILY.safe, FAMILY.deposit].includes(wallet) ? sibling : walletNo(3);
    const market = below(MARKETS);
    const outcome = below(2) as OutcomeIndex;
    const isSell = random() < 0.2;
    // What is given is little against what was bought, so that most units stay complete.
    const size = isSell ? micros() / 40n + 1n : micros();
    for (const logIndex of [11, 12]) {
      history.fills.push(
        aFill({
          ...{ blockNumber: block, logIndex, wallet, tokenId: tokenNo(2 * market + outcome), size: shares(size) },
          ...{ side: isSell ? "SELL" : "BUY", cash: usd((size * BigInt(1 + below(99))) / 100n) },
          ...{ role: random() < 0.5 ? "maker" : "taker" },
        }),
      );
    }
    const at = { block, log: 20 };
    const what = below(5);
    if (what === 0) history.effects.push(effects.aSplit(at, wallet, market, size));
    if (what === 1) history.effects.push(effects.aMerge(at, wallet, market, size / 40n));
    if (what === 2) {
      history.effects.push(effects.aTransfer(at, wallet, to, effects.changeOf(market, outcome, size / 40n)));
    }
    if (what === 3) {
      const given = [effects.changeOf(0, 1, size / 40n), effects.changeOf(1, 1, size / 40n)];
      history.effects.push(effects.aConversion(at, wallet, given, [effects.changeOf(2, 0, size / 40n)], size / 40n));
    }
    if (what === 4 && partition === 2) {
      history.effects.push(effects.aRedemption(at, wallet, [effects.changeOf(3, outcome, size / 40n)], size));
    }
  }
  return history;
}

describeOnEachEngine("reputation store", (getDb) => {
  let folder: string;
  let files: ArchiveFiles;
  let bench: ReputationBench;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "orderflow-archive-"));
    files = openArchiveFolder({ folder: join(folder, "archive"), memoryMb: 256 });
    await sql`TRUNCATE flow.archive_file`.execute(getDb().kysely);
    bench = await createReputationBench(getDb(), { files, fillsPerStep: 150, now: addMs(blockTime(HEAD), DAY_MS) });
  });
  afterEach(async () => {
    await files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function live(): Promise<void> {
    const owners = [{ owner: FAMILY.owner, source: "safeCreated", blockNumber: 100 } as const];
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const [from, to] = [partition * PARTITION, (partition + 1) * PARTITION - 1];
      await bench.chain.extend(
        aRecord(from, to, {
          ...historyOf(partition),
          markets: partition === 0 ? Array.from({ length: MARKETS }, (_, n) => preparedMarket(n, 1)) : [],
          facts: effects.someFacts(partition === 0 ? { owners } : {}),
          resolutions: partition === 1 ? [0, 3].map((n) => resolved(n, [1n, 0n], from + 20_000 + n)) : [],
        }),
      );
      await bench.chain.finalize(to, HEAD, blockTime(HEAD));
      await bench.service.calculate();
    }
  }
  const archive = async (partitions: number) => {
    const clock = createManualClock(addMs(blockTime(partitions * PARTITION), DAY_MS));
    const deps = { store: createArchiveStore(getDb()), files, clock, logger: createQuietLogger() };
    const config = { retentionDays: 1, pageRows: 100 };
    return archiveFills(deps, config, () => {}, new AbortController().signal);
  };
  const count = async (table: string): Promise<number> =>
    Number(
      (await sql<{ n: bigint }>`SELECT count(*) AS n FROM ${sql.table(table)}`.execute(getDb().kysely)).rows[0]?.n,
    );

  test("computes the same again from archived fills", { timeout: 60_000 }, async () => {
    await live();
    const before = await bench.rows();
    expect(before.units.filter((unit) => unit.is_incomplete === false).length).toBeGreaterThan(5);
    expect((await archive(2)).moved.map(({ rows }) => rows)).toEqual([400, 400]);
    expect(await count("flow.fill")).toBe(400);
    await bench.service.rebuildAll();
    expect({ ...(await bench.rows()), wash: [] }).toEqual({ ...before, wash: [] });
  });

  test("starts over from the archive when a finalized block is taken back", { timeout: 60_000 }, async () => {
    await live();
    await archive(1);
    const before = await bench.rows();
    await sql`UPDATE flow.chain_state SET finalized_block = ${HEAD - 10}`.execute(getDb().kysely);
    await bench.chain.retract(HEAD - 5, blockTime(HEAD));
    await bench.chain.extend(aRecord(HEAD - 4, HEAD, { effects: [], facts: effects.someFacts() }));
    await bench.chain.finalize(HEAD, HEAD, blockTime(HEAD));
    expect(await bench.service.calculate()).toMatchObject({ fills: 3 * 400 });
    expect((await bench.rows()).units).toEqual(before.units);
  });

  test("leaves the ledger as it is where a file of the archive is missing", { timeout: 60_000 }, async () => {
    await live();
    await archive(1);
    const before = await bench.rows();
    renameSync(join(folder, "archive"), join(folder, "elsewhere"));
    await expect(bench.service.rebuildAll()).rejects.toThrow(
      /fills-0000000000-0000049999.parquet is missing or damaged/,
    );
    expect(await bench.rows()).toEqual(before);
    renameSync(join(folder, "elsewhere"), join(folder, "archive"));
    await bench.service.rebuildAll();
    expect((await bench.rows()).units).toEqual(before.units);
  });
});
