import { type Command, InvalidArgumentError, Option } from "commander";
import { createVenueAccess } from "../../adapters/polymarket-clob/geoblock.ts";
import { createLiveOrderStore } from "../../adapters/postgres/live-order-store.ts";
import { confirm } from "../../adapters/system/terminal.ts";
import { InputError } from "../../core/errors.ts";
import { MANUAL_PREFIX } from "../../core/execution/manual-order.ts";
import { chooseTestMarket } from "../../core/execution/test-order.ts";
import { formatPrice, formatShares, formatUsd, parseUsd, type UsdMicros, usd } from "../../core/money/amounts.ts";
import { runLiveTest } from "../../services/manual/live-test.ts";
import { openAccount } from "../live/account.ts";
import { openManualVenue } from "../live/manual-venue.ts";
import { findOpenMarkets, openBooks, openGamma, readTokens } from "../live/venue-parts.ts";
import { EXIT, orStopped, type Program, runProgram, withDatabase } from "../program.ts";
import { USER_AGENT } from "../version.ts";

type Flags = { readonly usd: UsdMicros; readonly yes?: true };

/** The venue takes no BUY at the market below. */
const LEAST_USD = usd(1_000_000n);
const MOST_USD = usd(25_000_000n);
const MARKETS_LOOKED_AT = 25;
const NOTHING_DONE = "Nothing was done.";
const STOPPED =
  "Stopped half-way. What was sent goes on at the venue: `orderflow cancel-all` takes back what rests, `orderflow close-all --direct` sells what was bought.";
const GEOBLOCK_TIMEOUT_MS = 10_000;

function parseStake(text: string): UsdMicros {
  const amount = parseUsd(text);
  if (amount === null || amount < LEAST_USD || amount > MOST_USD || amount % 10_000n !== 0n)
    throw new InvalidArgumentError("Dollars from 1 to 25 are needed, in whole cents.");
  return amount;
}

export function addLivetest(cli: Command): void {
  cli
    .command("livetest")
    .description("buy for one dollar of real money and sell it again, step by step, and say what it cost")
    .addOption(
      new Option("--usd <dollars>", "how much to buy for; the venue's least is 1")
        .argParser(parseStake)
        .default(LEAST_USD, formatUsd(LEAST_USD)),
    )
    .option("--yes", "do not ask")
    .addHelpText("after", "\nExit code 0: bought and sold. 1: not (all), and it says what is left. 2: wrong settings.")
    .action((flags: Flags) =>
      runProgram((program) => {
        let isBegun = false;
        const begin = (): void => {
          isBegun = true;
        };
        return orStopped(
          program,
          () => (isBegun ? STOPPED : NOTHING_DONE),
          () => run(program, flags, begin),
        );
      }),
    );
}

async function run(program: Program, { usd: stakeUsd, yes }: Flags, begin: () => void): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  const access = createVenueAccess({
    ...{ url: environment.GEOBLOCK_URL, timeoutMs: GEOBLOCK_TIMEOUT_MS, userAgent: USER_AGENT },
  });
  const { blocked, country } = await access.geoblock(signal);
  if (blocked) throw new InputError("COUNTRY_BLOCKED", `the venue does not serve ${country}; nothing was done`);
  const account = await openAccount({ environment, clock }, signal);
  if (account.isClosedOnly)
    throw new InputError("CLOSED_ONLY", "the venue lets this account only sell; nothing was done");
  const books = openBooks(environment);
  const found = await readTokens(
    books,
    await findOpenMarkets(openGamma(environment), signal),
    MARKETS_LOOKED_AT,
    signal,
  );
  const tokens = found.map((each) => ({
    ...each,
    ...{ marketId: each.market.marketId, tokenIds: each.market.tokenIds },
    terms: { ...each.market, ...{ tickSize: each.book.tickSize, minOrderSize: each.book.minOrderSize } },
  }));
  const chosen = chooseTestMarket(tokens, stakeUsd, clock.nowMs());
  if (chosen === null)
    throw new InputError("NO_TEST_MARKET", "no market has a book in which so little buys its least size; try --usd 5");
  const { token, plan } = chosen;
  terminal.writeLine(
    [
      `wallet   ${account.identity.wallet}`,
      `market   ${token.market.title}: ${token.market.outcomes[token.outcomeIndex]}`,
      `plan     buy ${formatShares(plan.size)} shares at ${formatPrice(plan.limitPrice)} or less and sell them again`,
      `cost     about ${formatUsd(plan.costUsd)} USD by spread and fees; at worst the ${formatUsd(stakeUsd)} USD and the fee`,
    ].join("\n"),
  );
  if (yes !== true && !(await confirm("This is real money.", signal))) {
    terminal.writeLine(NOTHING_DONE);
    return EXIT.failed;
  }
  return withDatabase(program, async (database) => {
    const store = createLiveOrderStore(database);
    for (const { clientOrderId, orderHash } of await store.open())
      if (clientOrderId.startsWith(MANUAL_PREFIX))
        terminal.writeLine(
          `note     an earlier try was stopped before the end of its order ${orderHash}: what it bought is sold by \`orderflow close-all --direct\``,
        );
    const tell = (line: string): void => terminal.writeLine(line);
    const venue = openManualVenue({ program, account, store, tell });
    begin();
    const { bought, left, costUsd } = await runLiveTest(
      { venue, client: account.client, books, clock, tell },
      token,
      stakeUsd,
      signal,
    );
    terminal.writeLine(`cost     ${formatUsd(costUsd)} USD by the venue's own balance`);
    if (bought > 0n && left < LEFT_IS_DUST) return EXIT.done;
    if (bought > 0n)
      terminal.writeLine(`left     ${formatShares(left)} shares; \`orderflow close-all --direct\` sells them`);
    return EXIT.failed;
  });
}

const LEFT_IS_DUST = 10_000n;
