import type { FillBatch } from "../backtest/history.ts";
import { GOMEZ_CRAM } from "./published.ts";
import type { ResearchRow, ResearchTable, Tally } from "./table.ts";
import type { WalletTotals } from "./wallet-totals.ts";

const SHARES = [
  [0.01, undefined],
  [0.0314, "over 30 %"],
  [0.1, undefined],
] as const;

/** Who has the gains: profits of whole wallets in resolved markets. */
export function tallyConcentration(wallets: WalletTotals): Tally {
  return {
    fill: (batch: FillBatch, row: number) => wallets.fill(batch, row),
    table(draw): ResearchTable {
      const best = wallets.best();
      const gain = (wallet: number): number => Math.max(0, wallets.profitOf(wallet));
      const gains = best.reduce((sum, wallet) => sum + gain(wallet), 0);
      const row = (
        name: string,
        count: number,
        of: (times: Uint16Array) => number,
        published?: string,
      ): ResearchRow => ({
        ...{ name, count, value: wallets.figure(of, draw) },
        ...(published === undefined ? {} : { published }),
      });
      const losers = best.reduce((sum, wallet) => sum + (wallets.profitOf(wallet) < 0 ? 1 : 0), 0);
      return {
        title: "Concentration",
        meaning:
          "Share of all gains that the best wallets have, and share of wallets that lost. A wallet's profit is that of its fills " +
          "in resolved markets, after fees.",
        ...{ counted: "wallets", clustered: "wallets", unit: "percent", extraHead: [] },
        rows: [
          ...SHARES.map(([share, published]) =>
            row(
              `gains of the best ${Number((share * 100).toFixed(2))} %`,
              Math.max(1, Math.round(share * best.length)),
              (times) => wallets.over(times, share, gain) / wallets.over(times, 1, gain),
              published,
            ),
          ),
          row("wallets that lost", losers, (times) => lostShare(times, best, wallets), "over 67 %"),
        ],
        notes: [
          `${Math.round(gains).toLocaleString("en-US")} USD were won by those who won.`,
          "Wallets of one owner are counted apart, and being among the best is no proof of skill.",
        ],
        citations: [GOMEZ_CRAM],
      };
    },
  };
}

function lostShare(times: Uint16Array, best: Int32Array, wallets: WalletTotals): number {
  let lost = 0;
  for (let place = 0; place < best.length; place += 1) {
    if (wallets.profitOf(best[place] as number) < 0) lost += times[place] as number;
  }
  return lost / best.length;
}
