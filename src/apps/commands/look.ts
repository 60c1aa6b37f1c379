import { type Command, InvalidArgumentError, Option } from "commander";
import { createSystemClock } from "../../adapters/system/clock.ts";
import { InputError } from "../../core/errors.ts";
import type { WalletSort } from "../../ports/read-side.ts";
import { type Desk, withDesk } from "../desk.ts";
import { explanationText } from "../explanation-tables.ts";
import { leaderTable, tailLine, walletLines } from "../look-tables.ts";
import { type Program, runProgram } from "../program.ts";
import { jsonText } from "../table.ts";
import { positive } from "./views.ts";

const SORTS: readonly WalletSort[] = [
  ...(["score", "edge", "pnl", "win_rate", "closed_markets", "confidence", "volume", "recent"] as const),
];
const TIERS = ["WHALE", "SMART", "AVERAGE", "NOVICE", "DEGEN"];
const TAIL_ROWS = 200;
const TAIL_EVERY_MS = 500;

type TopFlags = { readonly json?: true; readonly limit: number; readonly sort: WalletSort; readonly tier?: string };
type TailFlags = {
  readonly json?: true;
  readonly lines: number;
  readonly tier?: string;
  readonly wallet?: string;
  readonly minUsd?: number;
  readonly once?: true;
};

const dollars = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("An amount in dollars is needed.");
  return value;
};
const wallet = (text: string): string => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new InvalidArgumentError("A wallet is 0x and 40 hex digits.");
  return text.toLowerCase();
};
const walletStart = (text: string): string => {
  if (!/^(0x)?[0-9a-fA-F]{1,40}$/.test(text)) throw new InvalidArgumentError("Give an address, or its first digits.");
  return text.toLowerCase();
};

/** Who is good, what happens now, and all about one wallet. */
export function addLook(cli: Command): void {
  cli
    .command("top")
    .description("list the best wallets")
    .addOption(new Option("--sort <by>", "what is best").choices(SORTS).default("score"))
    .addOption(new Option("--tier <tier>", "only of this tier").choices(TIERS))
    .option("--limit <count>", "how many", positive, 20)
    .option("--json", "as JSON")
    .addHelpText("after", "\nExamples:\n  orderflow top --sort edge --limit 50\n  orderflow top --tier WHALE --json")
    .action(({ json, limit, sort, tier }: TopFlags) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const rows = await desk.wallets({ sort, tier, ascending: false }, limit);
          const { terminal } = program;
          terminal.writeLine(json === true ? jsonText(rows) : leaderTable(rows, terminal.columns()));
        }),
      ),
    );
  cli
    .command("tail")
    .description("show fills as they come, until Ctrl-C")
    .option("-n, --lines <count>", "newest fills to begin with", positive, 20)
    .addOption(new Option("--tier <tier>", "only wallets of this tier").choices(TIERS))
    .option("--wallet <address>", "only this wallet", wallet)
    .option("--min-usd <amount>", "only fills of this size and more", dollars)
    .option("--once", "end after the newest fills")
    .option("--json", "one JSON object a line")
    .addHelpText(
      "after",
      "\nExamples:\n  orderflow tail --tier WHALE --min-usd 500\n  orderflow tail --once -n 100 --json | jq .price",
    )
    .action((flags: TailFlags) => runProgram((program) => withDesk(program, (desk) => tail(desk, program, flags))));
  cli
    .command("wallet")
    .description("show all about one wallet: figures, what its score is made of, history")
    .argument("<address>", "address of the wallet, or its first digits", walletStart)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  orderflow wallet 0x8f99ff\n  orderflow wallet 0x8f99ff06b2a1461ff0a583691ac80b499376cd4e --json",
    )
    .action((start: string, { json }: { readonly json?: true }) =>
      runProgram((program) =>
        withDesk(program, async (desk) => {
          const address = await findWallet(desk, start);
          const answer = { stats: await desk.wallet(address), explanation: await desk.explain(address) };
          const { terminal } = program;
          if (json === true) return terminal.writeLine(jsonText(answer));
          const { stats, explanation } = answer;
          if (stats !== null) terminal.writeLine(`${walletLines(stats, terminal.columns())}\n`);
          if (explanation !== null) terminal.writeLine(explanationText(explanation, terminal.columns()));
        }),
      ),
    );
}

/** @throws InputError when none or several begin so */
async function findWallet(desk: Desk, start: string): Promise<string> {
  const rows = await desk.wallets({ search: start, sort: "score", ascending: false }, 6);
  const found = rows.map((row) => String(row.wallet_address));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const hint = "`orderflow top` lists the best ones, `orderflow status` says what has been read";
    throw new InputError("WALLET_UNKNOWN", `no fill of a wallet that begins with ${start} has been read; ${hint}`);
  }
  throw new InputError("WALLET_AMBIGUOUS", `several wallets begin with ${start}: ${found.join(", ")}`);
}

/** Polls as every reader does; what it shows twice in no case is a fill. */
async function tail(desk: Desk, { terminal, signal }: Program, flags: TailFlags): Promise<void> {
  const { lines, tier, wallet: only, minUsd, json, once } = flags;
  const filter = { tier, wallet: only, minUsd };
  const wall = createSystemClock();
  let newest = 0n;
  let limit = lines;
  while (!signal.aborted) {
    const rows = (await desk.trades(filter, limit)).filter(({ id }) => BigInt(id as bigint) > newest);
    for (const row of rows.toReversed()) {
      terminal.writeLine(json === true ? JSON.stringify(row, plain) : tailLine(row, terminal.columns()));
    }
    newest = rows.reduce((high, { id }) => (BigInt(id as bigint) > high ? BigInt(id as bigint) : high), newest);
    limit = TAIL_ROWS;
    if (once === true) return;
    await wall.sleep(TAIL_EVERY_MS, signal);
  }
}

const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
