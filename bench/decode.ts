/**
 * Hex strings in memory → typed fills. Ours, viem's `decodeEventLog`, and `JSON.parse` of the same logs, in turn; each in
 * processor time of the one thread that all of it needs.
 * Run: npm run bench:decode [-- --quick]
 */
import { decodeEventLog, parseAbi } from "viem";
import { createLogParser } from "../src/adapters/polygon/rpc-schemas.ts";
import { decodeFill } from "../src/core/chain/decode-fill.ts";
import type { Fill, RawLog } from "../src/core/chain/fill.ts";
import { scriptCommand } from "../test/support/script-command.ts";
import { printBench, spread, threadMs } from "./support/bench-report.ts";
import { createBlockMaker, FIRST_BLOCK, isFill, type LogJson } from "./support/v2-logs.ts";

const values = scriptCommand("bench:decode", "Decoding of fills.")
  .option("--quick", "less of everything")
  .parse()
  .opts<{ quick?: true }>();
const LOGS = values.quick ? 50_000 : 1_000_000;
const CHUNK = 1_000;
const RUNS = 5;

const abi = parseAbi([
  "event OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint8 side, uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee, bytes32 builder, bytes32 metadata)",
]);

type Hex = `0x${string}`;

function makeChunk(index: number): LogJson[] {
  const makeBlock = createBlockMaker(index + 1);
  const logs: LogJson[] = [];
  for (let block = 0; logs.length < CHUNK; block += 1)
    logs.push(...makeBlock(FIRST_BLOCK + index * 1_000 + block, 100).filter(isFill));
  return logs.slice(0, CHUNK);
}

/** A wrong fast answer fails: each field against viem's decoder. */
function requireEqual(fill: Fill, log: LogJson): void {
  const { args } = decodeEventLog({ abi, topics: log.topics as [Hex, ...Hex[]], data: log.data as Hex });
  const buys = args.side === 0;
  const same =
    fill.orderHash === args.orderHash &&
    fill.wallet === args.maker.toLowerCase() &&
    fill.tokenId === args.tokenId.toString() &&
    fill.side === (buys ? "BUY" : "SELL") &&
    fill.cash === (buys ? args.makerAmountFilled : args.takerAmountFilled) &&
    fill.size === (buys ? args.takerAmountFilled : args.makerAmountFilled) &&
    fill.fee === args.fee;
  if (!same) throw new Error(`decoded otherwise than viem: ${JSON.stringify(log)}`);
}

type Totals = { ours: number; withEnvelope: number; viem: number; parse: number };

/** All logs once, chunk by chunk, the four kinds of work in turn on each chunk, so that none has the quieter machine. */
function runOnce(run: number): Totals {
  const totals: Totals = { ours: 0, withEnvelope: 0, viem: 0, parse: 0 };
  for (let chunk = 0; chunk < LOGS / CHUNK; chunk += 1) {
    const text = JSON.stringify(makeChunk(chunk));
    let logs: LogJson[] = [];
    totals.parse += threadMs(() => {
      logs = JSON.parse(text) as LogJson[];
    });
    let raw: RawLog[] = [];
    totals.withEnvelope += threadMs(() => {
      const parse = createLogParser();
      raw = logs.map((log) => parse(log).log);
    });
    const fills: Fill[] = [];
    totals.ours += threadMs(() => {
      for (const log of raw) fills.push(decodeFill(log));
    });
    let decoded = 0;
    totals.viem += threadMs(() => {
      for (const { topics, data } of logs) {
        const { args } = decodeEventLog({ abi, topics: topics as [Hex, ...Hex[]], data: data as Hex });
        if (args.tokenId > 0n) decoded += 1;
      }
    });
    if (decoded !== fills.length) throw new Error("not every log was decoded");
    if (run === 0)
      fills.forEach((fill, index) => {
        requireEqual(fill, logs[index] as LogJson);
      });
  }
  return { ...totals, withEnvelope: totals.withEnvelope + totals.ours };
}

console.log(
  `${LOGS} V2 OrderFilled logs in chunks of ${CHUNK}, ${RUNS} runs; the first also compares every field with viem`,
);
const runs: Totals[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const totals = runOnce(run);
  runs.push(totals);
  const perLog = (ms: number): string => `${((ms * 1_000) / LOGS).toFixed(2)} µs`;
  console.log(
    `run ${run + 1}: ours ${perLog(totals.ours)}, with the log's envelope ${perLog(totals.withEnvelope)}, viem ${perLog(totals.viem)}, JSON.parse ${perLog(totals.parse)} a log`,
  );
}
printBench("decode", {
  logs: LOGS,
  vs_viem: spread(runs.map((run) => run.viem / run.ours)),
  vs_json_parse: spread(runs.map((run) => run.ours / run.parse)),
  envelope_vs_json_parse: spread(runs.map((run) => run.withEnvelope / run.parse)),
});
