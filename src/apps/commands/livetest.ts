import { type Command, InvalidArgumentError, Option } from "commander";
import { createVenueAccess } from "../../adapters/polymarket-clob/geoblock.ts";
import { createLiveAccountStore } from "../../adapters/postgres/live-account-store.ts";
import { createLiveOrderStore } from "../../adapters/postgres/live-order-store.ts";
import { confirm } from "../../adapters/system/terminal.ts";
import { InputError } from "../../core/errors.ts";
import { chooseTestMarket } from "../../core/execution/test-order.ts";
import { formatPrice, formatShares, formatUsd, parseUsd, type UsdMicros, usd } from "../../core/money/amounts.ts";
import { type LiveTestDeps, runLiveTest, sellLeftover } from "../../services/manual/live-test.ts";
import { findLeftovers, type Leftover } from "../../services/manual/test-leftovers.ts";
import { type Account, openAccount } from "../live/account.ts";
import { createHeldMarkets } from "../live/held-markets.ts";
import { openManualVenue } from "../live/manual-venue.ts";
import { findOpenMarkets, nameToken, openBooks, openGamma, readTokens } from "../live/venue-parts.ts";
import { EXIT, orStopped, type Program, runProgram, withDatabase } from "../program.ts";
import { USER_AGENT } from "../version.ts";

type Flags = { readonly usd: UsdMicros; readonly yes?: true };

/** The venue takes no BUY at the market below. */
const LEAST_USD = usd(1_000_000n);
const MOST_USD = usd(25_000_000n);
const MARKETS_LOOKED_AT = 25;
const LEFT_IS_DUST = 10_000n;
const NOTHING_DONE = "Nothing was done.";
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
    .addHelpText(
      "after",
      "\nWhat an earlier test has left is sold instead.\nExit code 0: bought and sold. 1: not (all), and it says what is left. 2: wrong settings.",
    )
    .action((flags: Flags) =>
      runProgram((program) => {
        let isBegun = false;
        const begin = (): void => {
          isBegun = true;
        };
        return orStopped(
          program,
          () => (isBegun ? "Stopped." : NOTHING_DONE),
          () => run(program, flags, begin),
        );
      }),
    );
}

async function run(program: Program, flags: Flags, begin: () => void): Promise<number> {
  const { environment, clock, terminal, signal } = program;
  const access = createVenueAccess({
    ...{ url: environment.GEOBLOCK_URL, timeoutMs: GEOBLOCK_TIMEOUT_MS, userAgent: USER_AGENT },
  });
  const { blocked, country } = await access.geoblock(signal);
  if (blocked) throw new InputError("COUNTRY_BLOCKED", `the venue does not serve ${country}; nothing was done`);
  const account = await openAccount({ environment, clock }, signal);
  return withDatabase(program, async (database) => {
    const tell = (line: string): void => terminal.writeLine(line);
    const ask = async (question: string): Promise<boolean> => {
      const isYes = flags.yes === true || (await confirm(question, signal));
      if (isYes) begin();
      else tell(NOTHING_DONE);
      return isYes;
    };
    const store = createLiveOrderStore(database);
    const common = { client: account.client, books: openBooks(environment), clock, tell };
    const { marketOf, exchangeOf } = createHeldMarkets(environment);
    const earlier = { ...common, venue: openManualVenue({ program, account, store, exchangeOf, tell }) };
    const heldByExecutor = async () => (await createLiveAccountStore(database).books(clock.nowMs())).holdings;
    const gamma = openGamma(environment);
    const leftovers = await findLeftovers(
      {
        ...{ ...earlier, store, marketOf, heldByExecutor, wallet: account.identity.wallet },
        nameOf: (token, within) => nameToken(gamma, token, within),
      },
      signal,
    );
    if (leftovers.length > 0) return sellLeftovers(earlier, leftovers, ask, signal);
    if (account.isClosedOnly)
      throw new InputError("CLOSED_ONLY", "the venue lets this account only sell; nothing was done");
    const venue = openManualVenue({ program, account, store, tell });
    return thereAndBack({ ...common, venue }, { program, account, stakeUsd: flags.usd, ask });
  });
}

type Ask = (question: string) => Promise<boolean>;

async function sellLeftovers(
  deps: LiveTestDeps,
  leftovers: readonly Leftover[],
  ask: Ask,
  signal: AbortSignal,
): Promise<number> {
  const { tell } = deps;
  for (const { market, size } of leftovers)
    tell(`left     ${formatShares(size)} shares of ${market.name} by an earlier test`);
  if (!(await ask("They are sold at the market, with real money, instead of a new test."))) return EXIT.failed;
  let isAll = true;
  for (const { market, size } of leftovers) {
    const left = await sellLeftover(deps, market, size, signal);
    if (left >= LEFT_IS_DUST) tell(`left     ${formatShares(left)} shares of ${market.name}`);
    isAll &&= left < LEFT_IS_DUST;
  }
  if (isAll) tell("Sold; the next livetest is a test again.");
  return isAll ? EXIT.done : EXIT.failed;
}

type Asked = {
  readonly program: Program;
  readonly account: Account;
  readonly stakeUsd: UsdMicros;
  readonly ask: Ask;
};

async function thereAndBack(deps: LiveTestDeps, { program, account, stakeUsd, ask }: Asked): Promise<number> {
  const { environment, clock, signal } = program;
  const { tell } = deps;
  const markets = await findOpenMarkets(openGamma(environment), signal);
  const tokens = (await readTokens(deps.books, markets, MARKETS_LOOKED_AT, signal)).map((each) => ({
    ...each,
    ...{ marketId: each.market.marketId, tokenIds: each.market.tokenIds },
    name: `${each.market.title}: ${each.market.outcomes[each.outcomeIndex]}`,
    terms: { ...each.market, ...{ tickSize: each.book.tickSize, minOrderSize: each.book.minOrderSize } },
  }));
  const chosen = chooseTestMarket(tokens, stakeUsd, clock.nowMs());
  if (chosen === null)
    throw new InputError("NO_TEST_MARKET", "no market has a book in which so little buys its least size; try --usd 5");
  const { token, plan } = chosen;
  tell(
    [
      `wallet   ${account.identity.wallet}`,
      `market   ${token.name}`,
      `plan     buy ${formatShares(plan.size)} shares at ${formatPrice(plan.limitPrice)} or less and sell them again`,
      `cost     about ${formatUsd(plan.costUsd)} USD by spread and fees; at worst the ${formatUsd(stakeUsd)} USD and the fee`,
    ].join("\n"),
  );
  if (!(await ask("This is real money."))) return EXIT.failed;
  const { bought, left, costUsd } = await runLiveTest(deps, token, stakeUsd, signal);
  tell(`cost     ${formatUsd(costUsd)} USD by the venue's own balance`);
  if (bought > 0n && left < LEFT_IS_DUST) return EXIT.done;
  if (bought > 0n) tell(`left     ${formatShares(left)} shares; the next \`orderflow livetest\` offers to sell them`);
  return EXIT.failed;
}
