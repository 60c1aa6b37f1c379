import type { Command } from "commander";
import { createDataClient } from "../../adapters/polymarket-data/data-client.ts";
import { fetchRedeemable } from "../../adapters/polymarket-data/redeemable.ts";
import { createSystemClock } from "../../adapters/system/clock.ts";
import { systemRandom } from "../../adapters/system/random.ts";
import { formatShares, formatUsd, sumUsd } from "../../core/money/amounts.ts";
import { findObstacle, OBSTACLE_FIXES, readClaims } from "../../services/settlement/read-claims.ts";
import { identityOf } from "../live/account.ts";
import { openChain, openRelayer } from "../live/venue-parts.ts";
import { type Program, runProgram } from "../program.ts";
import { renderTable, shortHex } from "../table.ts";

export function addClaims(cli: Command): void {
  cli
    .command("claims")
    .description(
      "what resolved markets owe the live wallet, apart from its cash, and what keeps it from being redeemed",
    )
    .option("--json", "as JSON")
    .action(({ json }: { json?: true }) => runProgram((program) => run(program, json === true)));
}

async function run(program: Program, json: boolean): Promise<void> {
  const { environment, logger, signal, terminal } = program;
  const account = await identityOf(program, signal);
  const chain = openChain(environment, logger);
  const data = createDataClient({
    baseUrl: environment.DATA_API_URL,
    clock: createSystemClock(),
    random: systemRandom,
  });
  const relayer = openRelayer(environment, account.owner);
  const candidates = await fetchRedeemable(data, account.wallet, signal);
  const claims = await Promise.all(
    (await readClaims({ account, chain }, candidates, signal)).map(async (claim) => ({
      ...claim,
      obstacle: await findObstacle({ account, chain, relayer }, claim, signal),
    })),
  );
  const { pusd } = await chain.collateral(account.wallet, signal);
  const claimable = sumUsd(claims.map(({ payoutUsd }) => payoutUsd));
  if (json) {
    const rows = claims.map(({ marketId, negRisk, held, payoutUsd, obstacle }) => ({
      ...{ marketId, negRisk, shares: held.map(formatShares), payoutUsd: formatUsd(payoutUsd), obstacle },
    }));
    const sums = { wallet: account.wallet, cashUsd: formatUsd(pusd), claimableUsd: formatUsd(claimable) };
    terminal.writeLine(JSON.stringify({ ...sums, claims: rows }, null, 2));
    return;
  }
  terminal.writeLine(`cash       ${formatUsd(pusd)} USD\nclaimable  ${formatUsd(claimable)} USD`);
  if (claims.length === 0) return;
  terminal.writeLine(
    renderTable(
      [{ title: "market" }, { title: "pays", align: "right" }, { title: "redeemed by itself" }],
      claims.map(({ marketId, payoutUsd, obstacle }) => [
        ...[shortHex(marketId), formatUsd(payoutUsd)],
        obstacle === null ? "yes, while live trading runs" : `no: ${OBSTACLE_FIXES[obstacle]}`,
      ]),
    ),
  );
}
