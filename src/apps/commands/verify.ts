import { type Command, InvalidArgumentError } from "commander";
import type { Database } from "../../adapters/postgres/connect.ts";
import { createCoverageStore } from "../../adapters/postgres/coverage-store.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import { proveCoverage } from "../../core/chain/coverage-proof.ts";
import type { BlockRange } from "../../core/chain/missing-ranges.ts";
import { InputError } from "../../core/errors.ts";
import type { CoverageStore } from "../../ports/coverage-store.ts";
import { type DeepProgress, type DeepReport, verifyDeep } from "../../services/listener/verify-deep.ts";
import { connectChain } from "../chain.ts";
import { deepText, proofText } from "../coverage-text.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createPace, createProgressLine, showShare } from "../progress-line.ts";
import { showCount } from "../table.ts";
import { BLOCK_FLAG_HELP, type BlockFlag, firstBlockOf, lastBlockOf, parseBlockFlag } from "./block-flags.ts";

type Flags = { readonly from?: BlockFlag; readonly to?: BlockFlag; readonly deep?: true; readonly sample: number };

function parseSample(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("A whole number from 1 up is needed.");
  return count;
}

export function addVerify(cli: Command): void {
  cli
    .command("verify")
    .description("prove that no block is missing between two blocks")
    .option("--from <block|date>", "first block; the first covered one without it", parseBlockFlag)
    .option("--to <block|date>", "last block; the last covered one without it", parseBlockFlag)
    .option("--deep", "read parts of it again, from another endpoint where there is one, and compare row for row")
    .option("--sample <number>", "with --deep: ranges of up to 20 blocks to read again", parseSample, 20)
    .addHelpText(
      "after",
      `\n${BLOCK_FLAG_HELP}\nExit code 0: complete. 1: something is missing or differs. Nothing is changed.`,
    )
    .action((flags: Flags) =>
      runProgram((program) =>
        withDatabase(program, (database) => runVerify(program, database, flags), { looks: true }),
      ),
    );
}

async function runVerify(program: Program, database: Database, flags: Flags): Promise<number> {
  const { terminal, signal } = program;
  const store = createCoverageStore(database);
  const range = await findRange(program, store, flags);
  if (range === null) {
    terminal.writeLine("Nothing is covered yet: `orderflow up` follows the chain, `orderflow backfill` reads history.");
    return EXIT.failed;
  }
  const [coverage, parts] = await Promise.all([store.coverage(), store.parts(range)]);
  const proof = proveCoverage(coverage, parts, range);
  terminal.writeLine(proofText(proof, parts, range));
  if (flags.deep !== true || signal.aborted) return proof.isComplete ? EXIT.done : EXIT.failed;
  const report = await readAgain(program, store, range, flags.sample);
  terminal.writeLine(`\n${deepText(report)}`);
  return proof.isComplete && report.differences.length === 0 && !signal.aborted ? EXIT.done : EXIT.failed;
}

/** Null: neither said nor covered. @throws InputError */
async function findRange(program: Program, store: CoverageStore, { from, to }: Flags): Promise<BlockRange | null> {
  const coverage = await store.coverage();
  const [lowest, highest] = [coverage[0]?.fromBlock, coverage.at(-1)?.toBlock];
  const { signal } = program;
  const isDated = [from, to].some((flag) => flag !== undefined && flag.kind !== "block");
  const source = isDated ? await connectChain(program, { isSpread: false }, signal) : null;
  const head = source === null ? null : await source.head(signal);
  const blockOf = async (flag: BlockFlag | undefined, find: typeof firstBlockOf): Promise<number | undefined> => {
    if (flag === undefined) return undefined;
    if (flag.kind === "block") return flag.block;
    return source === null || head === null ? undefined : find(flag, source, head, signal);
  };
  const fromBlock = (await blockOf(from, firstBlockOf)) ?? lowest;
  const toBlock = (await blockOf(to, lastBlockOf)) ?? highest;
  if (fromBlock === undefined || toBlock === undefined) return null;
  if (fromBlock > toBlock)
    throw new InputError("RANGE_EMPTY", `block ${showCount(fromBlock)} comes after block ${showCount(toBlock)}`);
  return { fromBlock, toBlock };
}

async function readAgain(
  program: Program,
  store: CoverageStore,
  range: BlockRange,
  samples: number,
): Promise<DeepReport> {
  const { clock, terminal, signal } = program;
  const logSource = await connectChain(program, { isSpread: false }, signal);
  const line = createProgressLine(terminal, clock);
  const left = createPace(clock);
  const onProgress = ({ samples: all, samplesDone, fills }: DeepProgress): void => {
    const share = samplesDone / all;
    line.show(
      `${showShare(share)}  ${samplesDone} of ${all} samples read again  ${showCount(fills)} fills  ${left(share)}`,
    );
  };
  const deps = { logSource, store, clock, random: systemRandom };
  return verifyDeep(deps, range, samples, onProgress, signal).finally(line.end);
}
