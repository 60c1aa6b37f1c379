/**
 * One measurement: `run` (signals alone, scores given), `scored` (the same with scores rebuilt from the fills, and orders),
 * or `scan` (every column read and added up, nothing more). Arguments: kind, file, fills, wallets.
 */
import { openDuckdb, text } from "../../src/adapters/archive/duckdb.ts";
import { createStagedHistory } from "../../src/adapters/archive/history/read.ts";
import type { RunHooks } from "../../src/core/backtest/run.ts";
import type { Scoreboard } from "../../src/core/backtest/scoreboard.ts";
import type { WalletScore } from "../../src/core/reputation/wallet-score.ts";
import { DAY_MS, epochMs } from "../../src/core/time/time.ts";
import type { History } from "../../src/ports/backtest.ts";
import { runBacktest } from "../../src/services/backtest/run-backtest.ts";
import { engineOf, runOptions } from "../../test/support/backtest-options.ts";
import { DAYS, factsOf, GENESIS_MS, IS_GOOD, isGood } from "./backtest-data.ts";

const [kind = "", path = "", fills = "", wallets = ""] = process.argv.slice(2);
const size = { fills: Number(fills), wallets: Number(wallets) };

const duckdb = await openDuckdb({ spillFolder: `${path}.spill`, memoryMb: 512, threads: 1 });
const history = await createStagedHistory({
  ...{ duckdb, parts: [path], legs: null, moment: { facts: factsOf(size), missing: [] } },
  close: async () => duckdb.close(),
});

const { engine, ...rest } = runOptions(epochMs(GENESIS_MS), epochMs(GENESIS_MS + (DAYS + 1) * DAY_MS), engineOf());
const GOOD = {
  ...{
    score: { score: 8 },
    tier: "WHALE",
    runsPast: 0,
    ineligibleReason: null,
    edge: { perShare: 0.02, lowerBound: 0.01 },
  },
} as unknown as WalletScore;

/** Published once and looked up for every fill. */
function given(_: unknown, board: Scoreboard) {
  for (let wallet = 0; wallet < size.wallets; wallet += 1)
    if (isGood(wallet)) board.publish(wallet, GOOD, epochMs(GENESIS_MS));
  return { fill: () => {}, effect: () => {}, resolve: () => {}, held: () => null, score: () => 0 };
}

async function measureRun(hooks: RunHooks, trades: boolean): Promise<Record<string, number>> {
  let told = 0;
  const counting: RunHooks = {
    ...hooks,
    onStep(event) {
      // Beside them some sells, of what a signal waits to buy.
      if (event.kind === "fillObserved" && event.fill.side === "BUY") told += 1;
    },
  };
  const { record } = await runBacktest(history, { ...rest, engine, trades }, { hooks: counting });
  return {
    fills: record.fills,
    told,
    signals: record.bets.filter(({ group }) => group === "signal").length,
    bets: record.bets.length,
    positions: record.positions.length,
  };
}

async function scan({ read }: History): Promise<Record<string, number>> {
  let sum = 0;
  for await (const { batch } of read()) {
    for (let row = 0; row < batch.length; row += 1) {
      sum +=
        (batch.blockNumber[row] as number) +
        (batch.logIndex[row] as number) +
        (batch.occurredAt[row] as number) +
        (batch.wallet[row] as number) +
        (batch.token[row] as number) +
        (batch.traits[row] as number) +
        (batch.size[row] as number) +
        (batch.cash[row] as number) +
        (batch.fee[row] as number);
    }
  }
  return { sum };
}

const begun = process.cpuUsage();
const wall = process.hrtime.bigint();
const found =
  kind === "scan" ? await scan(history) : await measureRun(kind === "run" ? { scores: given } : {}, kind !== "run");
const { user, system } = process.cpuUsage(begun);
const seconds = Number(process.hrtime.bigint() - wall) / 1e9;
const rssMb = process.resourceUsage().maxRSS / 1024;
const good =
  kind !== "run"
    ? []
    : await duckdb.rows(`SELECT count(*)::DOUBLE AS buys FROM read_parquet(${text(path)})
  WHERE ${IS_GOOD} AND traits % 2 = 0`);
await history.close();
console.log(
  JSON.stringify({ kind, cpuSeconds: (user + system) / 1e6, seconds, rssMb, ...found, wanted: good[0]?.buys ?? null }),
);
