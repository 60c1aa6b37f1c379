import { infrastructureOf } from "../../core/chain/infrastructure.ts";
import type { Address } from "../../core/ids/ids.ts";
import type { AccountHistory, BoardOrder, BoardPeriod } from "../../ports/account-history.ts";
import type { Candidate } from "../../ports/import-store.ts";

const BOARDS: readonly (readonly [BoardPeriod, BoardOrder])[] = [
  ["month", "PNL"],
  ["week", "PNL"],
  ["day", "PNL"],
  ["month", "VOLUME"],
  ["week", "VOLUME"],
  ["day", "VOLUME"],
];
export const TAPE_TRADES = 5_000;
/** Smaller trades are not followed either. */
const TAPE_MIN_USD = 100;

/**
 * Up to `wanted` wallets, each once: the boards of six kinds and the tape's largest traders in turn. Who stands on a
 * board stands there for how it went, so the tape, where anybody trades, has an equal part beside each board.
 */
export async function findCandidates(
  history: AccountHistory,
  wanted: number,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const lists: { readonly foundOn: string; readonly wallets: readonly Address[] }[] = [];
  for (const [period, by] of BOARDS) {
    const wallets = await history.leaders(period, by, wanted, signal);
    lists.push({ foundOn: `leaderboard ${period} ${by}`, wallets });
  }
  lists.push({ foundOn: "tape", wallets: await largestOnTape(history, signal) });
  const found = new Map<Address, Candidate>();
  const longest = Math.max(...lists.map(({ wallets }) => wallets.length));
  for (let place = 0; place < longest; place += 1) {
    for (const { foundOn, wallets } of lists) {
      const wallet = wallets[place];
      if (wallet === undefined || found.has(wallet) || infrastructureOf(wallet) !== null) continue;
      found.set(wallet, { wallet, foundOn });
      if (found.size >= wanted) return [...found.values()];
    }
  }
  return [...found.values()];
}

async function largestOnTape(history: AccountHistory, signal: AbortSignal): Promise<readonly Address[]> {
  const volume = new Map<Address, bigint>();
  for (const { wallet, cash } of await history.tape(TAPE_TRADES, TAPE_MIN_USD, signal)) {
    volume.set(wallet, (volume.get(wallet) ?? 0n) + cash);
  }
  return [...volume].sort(([a, x], [b, y]) => (x > y ? -1 : x < y ? 1 : a < b ? -1 : 1)).map(([wallet]) => wallet);
}
