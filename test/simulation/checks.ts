import { sql } from "kysely";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { Chain } from "../../src/adapters/simnet/chain/chain.ts";
import { TOPIC } from "../../src/adapters/simnet/chain/contracts.ts";

/** Whether the listener holds everything up to the head, knows what is final, and every market's title. */
export async function isCaughtUp({ kysely }: Database, chain: Chain, startBlock: number): Promise<boolean> {
  const { rows } = await sql<{
    ranges: bigint;
    from_block: number;
    to_block: number;
    finalized_block: number;
    untitled: bigint;
    head: string;
  }>`
    SELECT count(*) AS ranges, min(from_block) AS from_block, max(to_block) AS to_block,
      (SELECT finalized_block FROM flow.chain_state) AS finalized_block,
      (SELECT count(*) FROM flow.market WHERE title IS NULL) + (SELECT count(*) FROM flow.token WHERE market_key IS NULL) AS untitled,
      (SELECT hash FROM flow.block ORDER BY block_number DESC LIMIT 1) AS head
    FROM flow.coverage`.execute(kysely);
  const [row] = rows;
  return (
    row !== undefined &&
    row.ranges === 1n &&
    row.from_block === startBlock &&
    row.to_block === chain.head() &&
    (row.finalized_block === chain.finalized() || chain.finalized() < startBlock) &&
    row.head === chain.header(chain.head()).hash &&
    row.untitled === 0n
  );
}

/** What must hold whatever a clean run says: the tables against the chain itself, and against each other. */
export async function findProblems(database: Database, chain: Chain, startBlock: number): Promise<readonly string[]> {
  return [
    ...(await compareFills(database, chain, startBlock)),
    ...(await checkIngest(database)),
    ...(await checkBlocks(database, chain)),
    ...(await checkParts(database, chain)),
  ];
}

async function compareFills({ kysely }: Database, chain: Chain, startBlock: number): Promise<readonly string[]> {
  const { rows } = await sql<{ at: string }>`
    SELECT block_number || ':' || log_index || ':0x' || encode(tx_hash, 'hex') AS at FROM flow.fill`.execute(kysely);
  const stored = new Set(rows.map(({ at }) => at));
  const logged = chain
    .nonEmpty(startBlock, chain.head())
    // Block by block: all logs of a long chain at once would not fit in memory.
    .flatMap((number) =>
      chain
        .logsOf(number)
        .filter(({ topics: [topic] }) => topic === TOPIC.orderFilledV1 || topic === TOPIC.orderFilledV2)
        .map((log) => `${Number(log.blockNumber)}:${Number(log.logIndex)}:${log.transactionHash}`),
    );
  const missing = logged
    .filter((at) => !stored.has(at))
    .map((at) => `the chain has a fill at ${at} that is not stored`);
  return stored.size === logged.length
    ? missing
    : [...missing, `${stored.size} fills of ${logged.length} on the chain`];
}

/** Followed from its beginning, the log of ingestion gives the coverage, and never writes a block that is there. */
async function checkIngest({ kysely }: Database): Promise<readonly string[]> {
  const entries = await kysely.selectFrom("flow.ingest").selectAll().orderBy("seq").execute();
  const held = new Set<number>();
  const problems: string[] = [];
  for (const { seq, kind, from_block, to_block } of entries) {
    for (let block = from_block; block <= to_block; block += 1) {
      if (kind === "retract") held.delete(block);
      else if (held.has(block)) problems.push(`ingest ${seq} extends over block ${block}, which is held`);
      else held.add(block);
    }
  }
  const coverage = await kysely.selectFrom("flow.coverage").selectAll().execute();
  const covered = coverage.flatMap((range) =>
    Array.from({ length: range.to_block - range.from_block + 1 }, (_, index) => range.from_block + index),
  );
  const isSame = covered.length === held.size && covered.every((block) => held.has(block));
  return isSame ? problems : [...problems, `ingest gives ${held.size} blocks, coverage has ${covered.length}`];
}

async function checkBlocks({ kysely }: Database, chain: Chain): Promise<readonly string[]> {
  const blocks = await kysely.selectFrom("flow.block").selectAll().execute();
  return blocks
    .filter(({ block_number, hash }) => chain.header(block_number).hash !== hash)
    .map(({ block_number }) => `block ${block_number} is remembered with a hash that the chain does not have`);
}

/** Pieces of coverage lie side by side, cover what coverage covers, and end in blocks that the chain has. */
async function checkParts({ kysely }: Database, chain: Chain): Promise<readonly string[]> {
  const { rows } = await sql<{
    from_block: number;
    to_block: number;
    parent_hash: string | null;
    first_hash: string | null;
    last_hash: string | null;
  }>`SELECT * FROM flow.coverage_part ORDER BY from_block`.execute(kysely);
  const coverage = await kysely.selectFrom("flow.coverage").selectAll().orderBy("from_block").execute();
  const problems = rows.flatMap((part) => {
    const ends = [
      [part.from_block - 1, part.parent_hash],
      [part.from_block, part.first_hash],
      [part.to_block, part.last_hash],
    ] as const;
    return ends
      .filter(([number, hash]) => hash !== null && chain.header(number).hash !== hash)
      .map(
        ([number]) => `the part from ${part.from_block} names block ${number} with a hash that the chain does not have`,
      );
  });
  const joined: { from_block: number; to_block: number }[] = [];
  for (const { from_block, to_block } of rows) {
    const last = joined.at(-1);
    if (last === undefined || from_block > last.to_block + 1) joined.push({ from_block, to_block });
    else if (from_block <= last.to_block) problems.push(`two parts hold block ${from_block}`);
    else last.to_block = to_block;
  }
  const isSame = JSON.stringify(joined) === JSON.stringify(coverage.map((each) => ({ ...each })));
  return isSame
    ? problems
    : [...problems, `parts cover ${JSON.stringify(joined)}, coverage ${JSON.stringify(coverage)}`];
}
