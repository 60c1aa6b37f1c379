import { confirm } from "../../adapters/system/terminal.ts";
import { formatPrice, formatShares, formatUsd, type PriceMicros, sumUsd } from "../../core/money/amounts.ts";
import { MINUTE_MS } from "../../core/time/time.ts";
import { cancelEverything } from "../../services/manual/cancel-everything.ts";
import { findHoldings, type Holding, type Sale, sellHolding } from "../../services/manual/sell-everything.ts";
import { openAccount } from "../live/account.ts";
import { createHeldMarkets } from "../live/held-markets.ts";
import { openManualVenue } from "../live/manual-venue.ts";
import { createTransientOrders } from "../live/transient-orders.ts";
import { EXIT, orStopped, type Program } from "../program.ts";
import { renderTable } from "../table.ts";

export type DirectFlags = { readonly yes?: true; readonly slippageBps: bigint };

/**
 * Sells all that the account holds, with nothing but the venue and the signer. Killed and started again it goes on: what
 * is held is asked of the venue each time, and nobody can sell what he no longer holds.
 */
export const closeAllDirectly = (program: Program, flags: DirectFlags): Promise<number> =>
  orStopped(
    program,
    () => "Stopped half-way. What was sent goes on at the venue; run it again for what is left.",
    () => sellAll(program, flags),
  );

async function sellAll(program: Program, { yes, slippageBps }: DirectFlags): Promise<number> {
  const { clock, terminal, signal } = program;
  const tell = (line: string): void => terminal.writeLine(line);
  const account = await openAccount(program, signal);
  const { client } = account;
  // What rests binds shares, and would be filled beside what is sold here.
  await cancelEverything({ client, clock, tell }, MINUTE_MS, signal);
  const { marketOf, exchangeOf } = createHeldMarkets(program.environment);
  const holdings = await findHoldings(client, marketOf, signal);
  if (holdings.length === 0) {
    tell("Nothing is held.");
    return EXIT.done;
  }
  tell(holdingTable(holdings));
  if (yes !== true && !(await confirm("All of this is sold at the market, with real money.", signal))) {
    tell("Nothing was sold.");
    return EXIT.failed;
  }
  const venue = openManualVenue({ program, account, store: createTransientOrders(), exchangeOf, tell });
  const sales: Sale[] = [];
  for (const holding of holdings) {
    const sale = await sellHolding({ venue, clock }, holding, slippageBps, signal);
    sales.push(sale);
    tell(saleLine(sale));
  }
  tell(`Sold for ${formatUsd(sumUsd(sales.map(({ cashUsd }) => cashUsd)))} USD before fees.`);
  return sales.every(({ reason }) => reason === null) ? EXIT.done : EXIT.failed;
}

const shortToken = (token: string): string => `${token.slice(0, 8)}…${token.slice(-4)}`;

const holdingTable = (holdings: readonly Holding[]): string =>
  renderTable(
    [{ title: "token" }, { title: "shares", align: "right" }, { title: "best bid", align: "right" }],
    holdings.map(({ tokenId, size, market }) => {
      const bid = market?.book.bids[0]?.price;
      return [shortToken(tokenId), formatShares(size), bid === undefined ? "none" : formatPrice(bid)];
    }),
  );

function saleLine({ holding: { tokenId }, limitPrice, sold, cashUsd, reason }: Sale): string {
  const what =
    sold === 0n
      ? "not sold"
      : `sold ${formatShares(sold)} for ${formatUsd(cashUsd)} USD at ${formatPrice(limitPrice as PriceMicros)} or more`;
  return `${shortToken(tokenId)}  ${what}${reason === null ? "" : `: ${reason}`}`;
}
