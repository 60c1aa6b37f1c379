import type { Command } from "commander";
import { logisticFitter } from "../../adapters/model/logistic.ts";
import { cardOf, readModel, writeModel } from "../../adapters/model/model-file.ts";
import type { Database } from "../../adapters/postgres/connect.ts";
import { createReportStore } from "../../adapters/postgres/report-store.ts";
import { toJson } from "../../core/engine/encode.ts";
import { AbortedError, InputError } from "../../core/errors.ts";
import type { UsdMicros } from "../../core/money/amounts.ts";
import { addMs, type EpochMs, HOUR_MS, SECOND_MS } from "../../core/time/time.ts";
import { collectExamples, type ExampleSet } from "../../services/model/collect-examples.ts";
import { evaluateModel, trainModel } from "../../services/model/train-model.ts";
import { chooseSpan, parseCapital, parseTime, parseWhole, runDefaults } from "../backtest/options.ts";
import { orNothing, stageHistory } from "../backtest/stage-history.ts";
import { engineConfig } from "../engine-config.ts";
import { evaluationText, modelText } from "../model/model-text.ts";
import { EXIT, type Program, runProgram, withDatabase } from "../program.ts";
import { createPace, createProgressLine, createRunText, type ProgressLine, showShare } from "../progress-line.ts";

type SpanFlags = { readonly from?: EpochMs; readonly to?: EpochMs; readonly seed: number; readonly json?: true };
type TrainFlags = SpanFlags & {
  readonly out: string;
  readonly minTrade?: UsdMicros;
  readonly folds: number;
  readonly embargo: number;
};

/** As a backtest has it unless told otherwise. */
const DELAY_S = 3;
const DEFAULT_FILE = "model.json";

export function addModel(cli: Command): void {
  const model = cli.command("model").description("train a model of what shares pay, and hold it against the price");
  const span = (command: Command): Command =>
    command
      .option("--from <time>", "first day or moment that is learned from or judged", parseTime)
      .option("--to <time>", "end; nothing that became known later is read", parseTime)
      .option("--seed <number>", "of the draws for intervals", parseWhole, 1)
      .option("--json", "print everything, for programs");
  span(model.command("train").description("learn from archive and database, judge walk-forward, write a model file"))
    .option("--out <file>", "where the model is written", DEFAULT_FILE)
    .option("--min-trade <usd>", "smallest buy that is learned from, instead of MIN_WHALE_TRADE_USD", parseCapital)
    .option("--folds <number>", "parts that are judged by what came before them", parseWhole, 5)
    .option("--embargo <hours>", "between the last outcome learned from and the first that is judged", parseWhole, 6)
    .addHelpText("after", "\nCtrl-C ends it and writes nothing.")
    .action((flags: TrainFlags) => runProgram((program) => orNothing(program, () => train(program, flags))));
  span(model.command("evaluate").description("judge a model by what came after everything it learned from"))
    .argument("[file]", "a model file", DEFAULT_FILE)
    .action((file: string, flags: SpanFlags) =>
      runProgram((program) => orNothing(program, () => evaluate(program, file, flags))),
    );
  model
    .command("show")
    .description("what a model file holds: span, features, weights, figures, hash")
    .argument("[file]", "a model file", DEFAULT_FILE)
    .option("--json", "print everything, for programs")
    .action((file: string, flags: { readonly json?: true }) =>
      runProgram(async ({ terminal }) => {
        const stored = readModel(file);
        terminal.writeLine(flags.json === true ? asJson(stored) : modelText(stored, terminal.columns()));
      }),
    );
}

const asJson = (value: unknown): string => JSON.stringify(toJson(value), null, 1);

async function train(program: Program, flags: TrainFlags): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  if (flags.folds < 1) throw new InputError("FOLDS_TOO_FEW", "--folds has to be at least 1", {});
  const minTradeUsd = flags.minTrade ?? environment.MIN_WHALE_TRADE_USD;
  const line = createProgressLine(terminal, clock);
  const stored = await withDatabase(program, async (database) => {
    const { set, from, to } = await gather(program, database, flags, minTradeUsd, line);
    const plan = { from, to, minTradeUsd, folds: flags.folds, embargoMs: flags.embargo * HOUR_MS, seed: flags.seed };
    const left = createPace(clock);
    const onFold = (done: number, of: number) =>
      line.show(`${showShare(done / of)}  fitting part ${done + 1} of ${of}  ${left(done / of)}`);
    const model = await trainModel(logisticFitter, set.examples, plan, { onFold, signal }).finally(line.end);
    const written = await writeModel(flags.out, model);
    const card = JSON.stringify(cardOf(model));
    await createReportStore(database).keepModel({ hash: written.hash, card, trainedAt: clock.nowMs() });
    return written;
  });
  terminal.writeLine(
    flags.json === true ? asJson(stored) : `${modelText(stored, terminal.columns())}\n\nWritten to ${flags.out}.`,
  );
  return EXIT.done;
}

async function evaluate(program: Program, file: string, flags: SpanFlags): Promise<number> {
  const { terminal, clock } = program;
  const stored = readModel(file);
  const { model } = stored;
  if (flags.from !== undefined && flags.from < model.to) {
    throw new InputError(
      "SPAN_WAS_LEARNED",
      `the model learned from what was known until ${new Date(model.to).toISOString()}: begin there or later with --from, or train one with an earlier --to`,
      {},
    );
  }
  const line = createProgressLine(terminal, clock);
  const span = { ...flags, from: flags.from ?? model.to };
  const { set, from, to } = await withDatabase(program, (database) =>
    gather(program, database, span, model.minTradeUsd, line),
  );
  const metrics = evaluateModel(model, set.examples, flags.seed);
  const found = { hash: stored.hash, from, to, unresolved: set.unresolved, metrics };
  terminal.writeLine(flags.json === true ? asJson(found) : evaluationText(found, terminal.columns()));
  return EXIT.done;
}

type Gathered = { readonly set: ExampleSet; readonly from: EpochMs; readonly to: EpochMs };

/** @throws AbortedError: half a training set would be another one */
async function gather(
  program: Program,
  database: Database,
  flags: Pick<SpanFlags, "from" | "to">,
  minTradeUsd: UsdMicros,
  line: ProgressLine,
): Promise<Gathered> {
  const { environment, clock, signal } = program;
  const history = await stageHistory(program, database, line);
  try {
    const { lastAt } = history.coverage;
    // Not a day longer than there is something to know: what comes next is there to judge by.
    const end = flags.to ?? (lastAt === null ? null : addMs(lastAt, DELAY_S * SECOND_MS));
    const { from, to } = chooseSpan(history.coverage, {
      ...flags,
      delay: DELAY_S,
      ...(end === null ? {} : { to: end }),
    });
    const defaults = runDefaults({ delay: DELAY_S, seed: 1 }, environment.REPUTATION_LOOKBACK_DAYS);
    const options = { ...defaults, engine: engineConfig(environment, 1), from, to };
    const runText = createRunText(clock);
    const onProgress = (progress: Parameters<typeof runText>[0]): void => line.show(runText(progress));
    const set = await collectExamples(history, options, minTradeUsd, { onProgress, signal }).finally(line.end);
    if (set.isPartial) throw new AbortedError();
    return { set, from, to };
  } finally {
    await history.close();
  }
}
