import { type Command, InvalidArgumentError } from "commander";
import { createChainStore } from "../../adapters/postgres/chain-store.ts";
import { readEndpoints } from "../../adapters/postgres/endpoint-store.ts";
import { FolderHeldError } from "../../adapters/postgres/folder-lock.ts";
import { ConfigError, InputError } from "../../core/errors.ts";
import { SECOND_MS } from "../../core/time/time.ts";
import type { LogSource } from "../../ports/log-source.ts";
import { type BackfillReport, backfill } from "../../services/listener/backfill.ts";
import type { BackfillProgress } from "../../services/listener/backfill-meter.ts";
import { defaultListenerConfig } from "../../services/listener/listener-config.ts";
import { connectChain } from "../chain.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createProgressLine, showLeft, showShare } from "../progress-line.ts";
import { showCount } from "../table.ts";
import { BLOCK_FLAG_HELP, type BlockFlag, firstBlockOf, lastBlockOf, parseBlockFlag } from "./block-flags.ts";

type Flags = { readonly from: BlockFlag; readonly to?: BlockFlag; readonly concurrency: number };

const CONCURRENCY_MAX = 64;

function parseConcurrency(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > CONCURRENCY_MAX)
    throw new InvalidArgumentError(`A whole number from 1 to ${CONCURRENCY_MAX} is needed.`);
  return count;
}

export function addBackfill(cli: Command): void {
  cli
    .command("backfill")
    .description("read history: every fill between two blocks, skipping what is there")
    .requiredOption("--from <block|date>", "first block", parseBlockFlag)
    .option("--to <block|date>", "last block; the newest final one without it", parseBlockFlag)
    .option("--concurrency <number>", "ranges read at once", parseConcurrency, 4)
    .addHelpText(
      "after",
      `\n${BLOCK_FLAG_HELP}\nStop it whenever you like: the same command goes on. It works beside a running listener on a server (DATABASE_URL).`,
    )
    .action((flags: Flags) => runProgram((program) => runBackfill(program, flags)));
}

async function runBackfill(program: Program, flags: Flags): Promise<number> {
  const { environment, clock, logger, terminal, signal } = program;
  const line = createProgressLine(terminal, clock);
  const config = { ...defaultListenerConfig, collectEffects: environment.LISTEN_LIFECYCLE };
  return withDatabase(program, async (database) => {
    const logSource = await connectChain(program, { isSpread: true, known: await readEndpoints(database) }, signal);
    const range = await findRange(logSource, flags, signal);
    terminal.writeLine(`Blocks ${spanText(range)}.`);
    const store = createChainStore(database);
    const deps = { logSource, store, clock, logger, config };
    const onProgress = (progress: BackfillProgress): void => line.show(progressText(progress));
    const request = { ...range, concurrency: flags.concurrency };
    const report = await backfill(deps, request, onProgress, signal).finally(line.end);
    terminal.writeLine(reportText(report, range));
    return report.missing.length === 0 ? EXIT.done : EXIT.forced;
  }).catch(explainHeld);
}

/** What can still be replaced is left to the listener. @throws InputError */
async function findRange(source: LogSource, { from, to }: Flags, signal: AbortSignal) {
  const final = await source.finalized(signal);
  if (final === null)
    throw new InputError("NOTHING_FINAL", "the endpoint names no final block; nothing can be read yet");
  const fromBlock = await firstBlockOf(from, source, final, signal);
  const wanted = to === undefined ? final.number : await lastBlockOf(to, source, final, signal);
  const toBlock = Math.min(wanted, final.number);
  if (fromBlock > toBlock) {
    const end = wanted > toBlock ? `the newest final block is ${showCount(toBlock)}` : "it ends before it begins";
    throw new InputError("RANGE_EMPTY", `there is nothing to read from block ${showCount(fromBlock)}: ${end}`);
  }
  return { fromBlock, toBlock };
}

function progressText({ blocks, blocksDone, fills, fillsPerSecond, leftMs, rangeBlocks }: BackfillProgress): string {
  const ratio = blocks === 0 ? 1 : blocksDone / blocks;
  return [
    `${showShare(ratio)}  ${showCount(blocksDone)} of ${showCount(blocks)} blocks`,
    `${showCount(fills)} fills, ${showCount(fillsPerSecond)}/s`,
    `${rangeBlocks} blocks a request`,
    showLeft(leftMs),
  ].join("  ");
}

function reportText(report: BackfillReport, range: { readonly fromBlock: number; readonly toBlock: number }): string {
  const { blocksRead, blocksBefore, fills, durationMs, missing } = report;
  const seconds = durationMs / SECOND_MS;
  const speed = seconds > 0 ? `, ${showCount(Math.round(fills / seconds))} fills/s` : "";
  const read = `${showCount(blocksRead)} blocks with ${showCount(fills)} new fills read in ${seconds.toFixed(1)} s${speed}`;
  const before = blocksBefore === 0 ? "" : `; ${showCount(blocksBefore)} were held before`;
  const [next] = missing;
  if (next === undefined) return `Complete: ${read}${before}.`;
  const left = missing.reduce((sum, { fromBlock, toBlock }) => sum + toBlock - fromBlock + 1, 0);
  return (
    `Stopped: ${read}${before}. What was read is kept; ${showCount(left)} blocks are missing. Go on with:\n` +
    `  orderflow backfill --from ${range.fromBlock} --to ${range.toBlock}`
  );
}

const spanText = ({ fromBlock, toBlock }: { readonly fromBlock: number; readonly toBlock: number }): string =>
  `${showCount(fromBlock)} to ${showCount(toBlock)}, ${showCount(toBlock - fromBlock + 1)} in all`;

/** @throws ConfigError that says what can be done about it */
function explainHeld(error: unknown): never {
  if (!(error instanceof FolderHeldError)) throw error;
  throw new ConfigError([
    `The embedded database is held by process ${error.pid} (most likely \`orderflow up\`), and it serves one process at a time. ` +
      "Stop that one (Ctrl-C), run this command, and start it again: it goes on where it was. " +
      "To read history beside a running listener, keep the data on a PostgreSQL server: DATABASE_URL.",
  ]);
}
