import { userInfo } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ControlCommand } from "../../core/engine/event.ts";
import { ConfigError, InputError, TransientError } from "../../core/errors.ts";
import type { PositionId } from "../../core/ids/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CommandReceipt, ControlOutcome, ExecutorSight } from "../../ports/command-store.ts";
import { type Desk, withDesk } from "../desk.ts";
import { sightLine } from "../desk-tables.ts";
import { EXIT, runProgram } from "../program.ts";
import { jsonText } from "../table.ts";

/** A running executor takes a command up within a second, or at its next poll. */
const WAIT_MS = 6_000;
const LOOK_EVERY_MS = 50;

/** Stopping is the safe side: it may be left for the next start. What opens or sells again wants somebody at work. */
const MAY_WAIT: readonly ControlCommand["kind"][] = ["pause", "halt"];

export async function control(desk: Desk, command: ControlCommand, by: string, clock: Clock): Promise<ControlOutcome> {
  const before = await desk.sight();
  const base = {
    command: command.kind,
    positionId: command.kind === "close" ? command.positionId : null,
    commandId: null,
    executor: before,
  };
  if (!before.isRunning && !MAY_WAIT.includes(command.kind)) {
    const otherwise = command.kind === "close-all" ? ", or sell what the live account holds with --direct" : "";
    const detail = `${absence(before)}; nothing was done, start it and ask again${otherwise}`;
    return { ...base, outcome: "refused", detail };
  }
  const receipt = await desk.submit(command, by);
  if (receipt.kind !== "waiting") return { ...base, outcome: receipt.kind, detail: receipt.detail };
  const { commandId } = receipt;
  if (!before.isRunning) {
    return { ...base, commandId, outcome: "waiting", detail: `${absence(before)}; it will obey when it starts` };
  }
  const isHandled = await waitUntilHandled(desk, receipt, clock);
  const executor = await desk.sight();
  return isHandled
    ? { ...base, commandId, executor, outcome: "done", detail: doneText(command, executor) }
    : { ...base, commandId, executor, outcome: "waiting", detail: "written, but not taken up yet" };
}

function absence({ lastSeenAt }: ExecutorSight): string {
  const since =
    lastSeenAt === null ? "none has ever run here" : `last sign of life ${new Date(lastSeenAt).toISOString()}`;
  return `no executor is running (${since})`;
}

const doneText = (command: ControlCommand, { tradingState }: ExecutorSight): string => {
  if (command.kind === "close") return `position ${command.positionId} is being sold`;
  return command.kind === "close-all" ? "every open position is being sold" : `trading is ${tradingState ?? "ACTIVE"}`;
};

async function waitUntilHandled(
  desk: Desk,
  { commandId }: Extract<CommandReceipt, { kind: "waiting" }>,
  clock: Clock,
): Promise<boolean> {
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
    if ((await desk.handledAt(commandId)) !== null) return true;
    await clock.sleep(LOOK_EVERY_MS);
  }
  return false;
}

function run(command: ControlCommand, { json }: { readonly json?: true }): Promise<void> {
  return runProgram((program) =>
    withDesk(program, async (desk) => {
      const outcome = await control(desk, command, `cli:${userInfo().username}`, program.clock);
      if (json === true) program.terminal.writeLine(jsonText(outcome));
      else if (outcome.outcome === "refused") throw new InputError("COMMAND_REFUSED", outcome.detail);
      else {
        const { detail } = outcome;
        program.terminal.writeLine(`${detail[0]?.toUpperCase()}${detail.slice(1)}.\n${sightLine(outcome.executor)}`);
      }
      return outcome.outcome === "refused" ? EXIT.cannotStart : EXIT.done;
    }).catch((error: unknown) => {
      throw command.kind === "close-all" ? withoutDatabase(error) : error;
    }),
  );
}

/** Whoever wants to sell everything now is told what works without the database. */
function withoutDatabase(error: unknown): unknown {
  const way = "`orderflow close-all --direct` needs no database: it sells all that the live account holds";
  if (error instanceof ConfigError) return new ConfigError([...error.problems, way]);
  return error instanceof TransientError ? new TransientError(error.code, `${error.message}; ${way}`) : error;
}

const plain: readonly (readonly [kind: "pause" | "resume" | "halt", description: string])[] = [
  ["pause", "stop buying; exits go on. Kept over restarts"],
  ["resume", "buy again"],
  ["halt", "send nothing at all, exits neither. Kept over restarts"],
];

type CloseAllFlags = {
  readonly direct?: true;
  readonly slippage: bigint;
  readonly yes?: true;
  readonly json?: true;
};

function parsePercent(text: string): bigint {
  const value = Number(text);
  if (!/^\d{1,2}$/.test(text) || value > 99) throw new InvalidArgumentError("A whole number from 0 to 99 is needed.");
  return BigInt(value) * 100n;
}

/** What a person tells the executor: rows in a table that it reads. */
export function addControl(cli: Command): void {
  for (const [kind, description] of plain) {
    cli
      .command(kind)
      .description(description)
      .option("--json", "the outcome as JSON")
      .action((flags: { json?: true }) => run({ kind }, flags));
  }
  cli
    .command("close-all")
    .description("sell every open position at the market")
    .option(
      "--direct",
      "without executor and database: sell all that the live account holds, by signer and venue alone",
    )
    .addOption(
      new Option("--slippage <percent>", "with --direct: how far below the best bid")
        .argParser(parsePercent)
        .default(1_000n, "10"),
    )
    .option("--yes", "with --direct: do not ask")
    .option("--json", "the outcome as JSON (not with --direct)")
    .addHelpText(
      "after",
      "\nExit code with --direct 0: all was sold. 1: something is left, and it says why. 2: wrong settings.",
    )
    .action(({ direct, slippage, yes, json }: CloseAllFlags) =>
      direct === true
        ? runProgram(async (program) => {
            // Signing and its libraries are memory that no other command needs.
            const { closeAllDirectly } = await import("./close-all-direct.ts");
            return closeAllDirectly(program, { slippageBps: slippage, ...(yes === true ? { yes } : {}) });
          })
        : run({ kind: "close-all" }, json === true ? { json } : {}),
    );
  cli
    .command("close")
    .description("sell one open position at the market")
    .argument("<position-id>", "as `orderflow positions` shows it")
    .option("--json", "the outcome as JSON")
    .action((id: string, flags: { json?: true }) => run({ kind: "close", positionId: id as PositionId }, flags));
}
