import { ACTIVITY_ROWS_MAX, POSITION_ROWS_MAX } from "./read-wallet.ts";

/** Requests per second that may go to each endpoint, and to all together. */
export type RequestRates = Readonly<
  Record<"all" | "/v2/trades" | "/v2/activity" | "/v2/positions" | "/v2/resolutions", number>
>;

export type RequestBudget = { readonly requests: number; readonly seconds: number };

const PAGE_ROWS = 1_000;
/** Six boards in pages of a hundred, and five thousand trades of the tape. */
const BOARDS = 6;
const BOARD_PAGE = 100;
const TAPE_PAGES = 5;

type PerWallet = { readonly activity: number; readonly positions: number; readonly resolutions: number };

/** What a leader's last four months take: some thousand rows, two books of positions, a hundred markets of its own. */
const USUAL: PerWallet = { activity: 3, positions: 3, resolutions: 5 };
/** Every wallet at its limits; its markets are the others' as well, so most of their resolutions are known by then. */
const MOST: PerWallet = {
  activity: ACTIVITY_ROWS_MAX / PAGE_ROWS,
  positions: (2 * POSITION_ROWS_MAX) / PAGE_ROWS,
  resolutions: 12,
};

/** How many requests the import of so many wallets takes, and how long at these rates, network left out. */
export function estimateBudget(
  wallets: number,
  rates: RequestRates,
): { readonly usual: RequestBudget; readonly most: RequestBudget } {
  const once = BOARDS * Math.ceil(wallets / BOARD_PAGE) + TAPE_PAGES;
  const budget = ({ activity, positions, resolutions }: PerWallet): RequestBudget => {
    const requests = once + wallets * (activity + positions + resolutions);
    const seconds = Math.max(
      requests / rates.all,
      (wallets * activity) / rates["/v2/activity"],
      (wallets * positions) / rates["/v2/positions"],
      (wallets * resolutions) / rates["/v2/resolutions"],
    );
    return { requests, seconds };
  };
  return { usual: budget(USUAL), most: budget(MOST) };
}
