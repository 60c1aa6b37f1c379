// Goal: on real matches the volume table counts each dollar once, as the exchange's own OrdersMatched does, and shows
// by how much the sum of all OrderFilled overstates it.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FillTable } from "../../src/core/backtest/columns.ts";
import { type HistoryFacts, TRAIT, VERSION_SHIFT } from "../../src/core/backtest/history.ts";
import { createDraw } from "../../src/core/backtest/random.ts";
import { readOutcomes } from "../../src/core/research/outcomes.ts";
import { tallyVolume } from "../../src/core/research/volume.ts";
import { walletAddress } from "../support/table-history.ts";

const file = new URL("../../../shared/data/polygon-v1-logs-2025-12-18.json", import.meta.url);
const isThere = existsSync(file);

type FileLog = {
  address: string;
  topics: readonly string[];
  data: string;
  blockNumber: string;
  transactionHash: string;
  logIndex: string;
};
const recorded: readonly FileLog[] = isThere ? JSON.parse(readFileSync(file, "utf8")) : [];
const FILL = "0xd0a08e8c493f9c94f29311604c9de1b4e8c8d4c06bd0c789af57f2d65bfec0f6";
const word = ({ data }: FileLog, index: number): bigint => BigInt(`0x${data.slice(2 + 64 * index, 66 + 64 * index)}`);
const addressIn = (topic = ""): string => `0x${topic.slice(26)}`;
const isFill = ({ topics }: FileLog): boolean => topics[0] === FILL;
/** The taker's own fill names the exchange as its taker. */
const isTaker = (log: FileLog): boolean => isFill(log) && addressIn(log.topics[3]) === log.address.toLowerCase();
/** Of a pair of amounts that which is collateral, whose asset id is 0. */
const cashOf = (log: FileLog): number => Number(word(log, 0) === 0n ? word(log, 2) : word(log, 3));
const total = (logs: readonly FileLog[]): number => logs.reduce((sum, log) => sum + cashOf(log), 0) / 1e6;

describe.skipIf(!isThere)("volume on recorded logs (needs the recorded data)", () => {
  const whole = new Set(recorded.filter(isTaker).map(({ transactionHash }) => transactionHash));
  const logs = recorded.filter(({ transactionHash }) => whole.has(transactionHash));
  const fills = logs.filter(isFill);

  test("counts each dollar once", () => {
    const table = new FillTable();
    for (const log of fills) {
      const isBuy = word(log, 0) === 0n;
      table.add({
        ...{ blockNumber: Number(log.blockNumber), logIndex: Number(log.logIndex), occurredAt: 0, wallet: 0, token: 0 },
        traits: (isTaker(log) ? 0 : TRAIT.maker) | (isBuy ? 0 : TRAIT.sell) | (1 << VERSION_SHIFT),
        ...{ size: Number(word(log, isBuy ? 3 : 2)), cash: cashOf(log), fee: 0 },
      });
    }
    const facts: HistoryFacts = {
      ...{ wallets: 1, address: walletAddress, tokenMarket: Int32Array.of(-1), tokenOutcome: new Uint8Array(1) },
      ...{ tokenId: () => "0" as never, markets: [], resolutions: [] },
    };
    const tally = tallyVolume(facts, readOutcomes(facts));
    const batch = table.slice(0, table.length);
    for (let row = 0; row < batch.length; row += 1) tally.fill(batch, row);
    const [all] = tally.table(createDraw(1)).rows;

    const matched = total(logs.filter((log) => !isFill(log)));
    expect(all?.count).toBe(306);
    expect(all?.extra?.[0]).toBe(Math.round(matched).toLocaleString("en-US"));
    expect(all?.extra?.[2]).toBe(Math.round(total(fills)).toLocaleString("en-US"));
    expect(all?.value?.mean).toBeCloseTo(total(fills) / matched, 9);
  });
});
