// Goal: an upgraded contract is reported, goes on being read while its logs decode, and is read no more from the first one
// that does not: said in the log, in the database, in `status`; the others and a restart are not disturbed.
// Method: the listener's own ingestor on a chain that the test writes, into a database.
import { sql } from "kysely";
import { parseAbiItem, toEventSelector } from "viem";
import { expect, test } from "vitest";
import { createChainStore } from "../../src/adapters/postgres/chain-store.ts";
import { contractLines } from "../../src/apps/source-tables.ts";
import { EXCHANGES } from "../../src/core/chain/contracts.ts";
import { type Address, parseAddress, parseTxHash } from "../../src/core/ids/ids.ts";
import { fromUnixSeconds } from "../../src/core/time/time.ts";
import { createActivityLog } from "../../src/services/listener/activity-log.ts";
import { createIngestor } from "../../src/services/listener/ingestor.ts";
import { defaultListenerConfig } from "../../src/services/listener/listener-config.ts";
import { createMarketTitles } from "../../src/services/listener/market-titles.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createFakeChain, type PlacedLog } from "../support/fake-chain.ts";
import { createFakeLogSource } from "../support/fake-log-source.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { hash32, matchLogs, wallet } from "../support/sample-logs.ts";

const HEAD = 100;
const addressOf = (version: number): Address =>
  EXCHANGES.find((each) => each.version === version)?.address ?? parseAddress(`0x${"0".repeat(40)}`);
const [V2, V3] = [addressOf(2), addressOf(3)];
const IMPLEMENTATION = parseAddress(`0x${"ab".repeat(20)}`);
const UPGRADED = toEventSelector(parseAbiItem("event Upgraded(address indexed implementation)"));

function aMatch(name: string, exchange: Address, logIndex = 0): PlacedLog[] {
  const common = { token: 77n, size: 10_000_000n, cash: 4_000_000n };
  const taker = { ...common, side: "BUY", who: wallet("taker"), order: `${name} taker` } as const;
  const makers = [{ ...common, side: "SELL", who: wallet("maker"), order: `${name} maker` }] as const;
  return matchLogs({ tx: name, taker, makers, exchange }, logIndex);
}

const upgrade: PlacedLog = {
  ...{ address: V3, topics: [UPGRADED, `0x${IMPLEMENTATION.slice(2).padStart(64, "0")}`], data: "0x" },
  ...{ txHash: parseTxHash(hash32("upgrade")), txIndex: 0, logIndex: 0 },
};
const shortened = (logs: readonly PlacedLog[]): PlacedLog[] =>
  logs.map((log) => ({ ...log, data: log.data.slice(0, -64) }));

describeOnOneEngine("an upgraded contract", (getDb) => {
  test("is read until a log of it does not decode, and said to be left out from there", async () => {
    const chain = createFakeChain({ head: HEAD, finalized: HEAD });
    const store = createChainStore(getDb());
    const logger = createQuietLogger();
    const clock = createManualClock(fromUnixSeconds((chain.block(HEAD)?.timestamp ?? 0) + 1));
    const config = { ...defaultListenerConfig, startBlock: 50, rangeBlocks: 4, rangeBlocksMax: 4 };
    const activity = createActivityLog(clock, logger, createMarketTitles(), config);
    async function follow(): Promise<void> {
      const ingestor = createIngestor({ logSource: createFakeLogSource(chain), store, clock, config });
      const never = new AbortController().signal;
      await ingestor.open(never);
      for (let step = await ingestor.step(never, null); step.kind !== "idle"; ) {
        activity.report(step, 0);
        step = await ingestor.step(never, null);
      }
    }
    const fills = async () =>
      (
        await sql<{
          v: number;
          block: number;
        }>`SELECT exchange_version AS v, block_number AS block FROM orderflow_trades
          WHERE NOT is_maker ORDER BY 2, 1`.execute(getDb().kysely)
      ).rows.map(({ v, block }) => `V${v} ${block}`);

    chain.put(52, shortened(aMatch("odd", V3)));
    chain.put(54, aMatch("before", V3));
    chain.put(60, [upgrade]);
    chain.put(70, aMatch("after", V3));
    chain.put(75, [...aMatch("still", V3), ...shortened(aMatch("new shape", V3, 10)), ...aMatch("other", V2, 20)]);
    chain.put(90, [...aMatch("later", V3), ...aMatch("other later", V2, 20)]);
    await follow();
    expect(await fills()).toEqual(["V3 54", "V3 70", "V2 75", "V2 90"]);
    expect(logger.lines.filter(({ message }) => message.startsWith("contract"))).toEqual([
      { message: "contract upgraded", fields: { address: V3, implementation: IMPLEMENTATION, block: 60 } },
      {
        message: "contract no longer read: its logs do not decode since it was upgraded",
        fields: { address: V3, fromBlock: 75, reason: expect.stringContaining("MALFORMED") },
      },
    ]);
    const { rows } = await sql<{ block: number; n: bigint }>`SELECT block_number AS block, count(*) AS n
      FROM flow.quarantine GROUP BY 1 ORDER BY 1`.execute(getDb().kysely);
    expect(rows).toEqual([
      { block: 52, n: 3n },
      { block: 75, n: 3n },
    ]);
    const [read, left] = contractLines(await store.contracts());
    expect(read).toMatch(new RegExp(`^Upgraded: exchange V3 at block 60, .* implementation ${IMPLEMENTATION}\\.$`));
    expect(left).toMatch(/^NOT READ since block 75: exchange V3, .*MALFORMED/);

    chain.put(105, [...aMatch("after a restart", V3), ...aMatch("other again", V2, 20)]);
    chain.finalizeTo(105);
    await follow();
    expect((await fills()).slice(4)).toEqual(["V2 105"]);
  });
});
