import { PIPS_PER_USD, priceFor } from "../world/units.ts";
import type { BookPosition } from "./data-api-books.ts";
import { DAY_S, type DataApiSources } from "./data-api-feeds.ts";
import { withFlaw } from "./data-api-flaws.ts";
import { pageOf, refuse } from "./data-api-pages.ts";
import { dollars, type Priced, positionRow } from "./data-api-rows.ts";
import { ok, type Reply } from "./reply.ts";

const HOUR_S = 3_600;
const PERIOD_S: ReadonlyMap<string, number> = new Map([
  ["day", DAY_S],
  ["week", 7 * DAY_S],
  ["month", 30 * DAY_S],
  ["all", Number.MAX_SAFE_INTEGER],
]);
const DUST_SHARES = 0.1;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const keyOf = ({ position: { market, outcome } }: Priced): number => 2 * market.index + outcome;

function priced({ world, books }: DataApiSources, position: BookPosition): Priced {
  const { market, outcome, shares } = position;
  if (books().resolutions.has(market.conditionId)) {
    const price = market.payout[outcome] / (market.payout[0] + market.payout[1]);
    return { position, price, status: shares > 0 ? "REDEEMABLE" : "CLOSED", isResolved: true };
  }
  const price = priceFor(outcome, world.volumeOf(market).lastPips ?? PIPS_PER_USD / 2) / PIPS_PER_USD;
  return { position, price, status: shares > 0 ? "OPEN" : "CLOSED", isResolved: false };
}

/** `/v2/positions` of one user, by the time of the last event, newest first. OPEN has what is redeemable as well. */
export function positionsBoard(sources: DataApiSources, query: URLSearchParams): Reply {
  const user = query.get("user");
  if (user === null) return refuse(400, "user or condition is required");
  const wanted = query.get("status") ?? "OPEN";
  const [start = 0, end = 0] = ["start", "end"].map((name) => Number(query.get(name) ?? 0));
  const book = sources.books().byWallet.get(sources.walletOf(user) ?? -1);
  const isDust = ({ shares }: BookPosition): boolean => dollars(shares) < DUST_SHARES;
  const rows = [...(book?.positions.values() ?? [])]
    .map((position) => priced(sources, position))
    .filter(({ status, position }) => {
      if (wanted === "OPEN") return status !== "CLOSED" && !isDust(position);
      return status === wanted || (wanted === "CLOSED" && isDust(position));
    })
    .filter(({ position: { lastAt } }) => lastAt >= start && (end === 0 || lastAt <= end))
    .sort((a, b) => b.position.lastAt - a.position.lastAt || keyOf(a) - keyOf(b));
  const flaw = sources.flaws.get(user.toLowerCase());
  const shown = rows.flatMap((each) => {
    const row = positionRow(sources.world, each);
    const wrong = flaw === undefined ? row : withFlaw(row, each, flaw);
    return wrong === null ? [] : [{ key: keyOf(each), row: wrong }];
  });
  return pageOf(
    "/v2/positions",
    query,
    shown,
    ({ key }) => key,
    ({ row }) => row,
  );
}

/** `/v2/leaderboard`: P&L after fees, and volume in shares of both sides. */
export function leaderboard({ world, books, now }: DataApiSources, query: URLSearchParams): Reply {
  const period = PERIOD_S.get(query.get("time_period") ?? "day");
  if (period === undefined) return refuse(400, "invalid time_period");
  const isRecent = ({ timestamp }: { readonly timestamp: number }): boolean => timestamp >= now() - period;
  const by = query.get("sort_by") === "VOLUME" ? "volume" : "pnl";
  const rows = [...books().byWallet]
    .map(([wallet, { entries, gains }]) => {
      const traded = entries.filter((entry) => entry.kind === "TRADE" && isRecent(entry));
      return {
        wallet,
        pnl: dollars(sum(gains.filter(isRecent).map(({ micros }) => micros))),
        volume: dollars(sum(traded.map(({ shares }) => shares))),
      };
    })
    .filter(({ volume }) => volume > 0)
    .sort((a, b) => b[by] - a[by] || a.wallet - b.wallet)
    .map(({ wallet, pnl, volume }, place) => ({
      ...{ rank: place + 1, user_id: world.wallets[wallet]?.address ?? "", pnl, volume },
      ...{ user_name: "", profile_image: "", x_username: "", verified: false },
    }));
  return pageOf(
    "/v2/leaderboard",
    query,
    rows,
    ({ rank }) => rank,
    (row) => row,
  );
}

/** `/v2/user-pnl`: cumulative, after fees; what is open is worth what it cost here. */
export function userPnl({ books, walletOf, now, flaws }: DataApiSources, query: URLSearchParams): Reply {
  const user = query.get("user") ?? "";
  const gains = books().byWallet.get(walletOf(user) ?? -1)?.gains ?? [];
  const isHourly = (query.get("fidelity") ?? "1h") === "1h";
  const step = isHourly ? HOUR_S : DAY_S;
  const first = isHourly ? now() - 30 * DAY_S : (gains[0]?.timestamp ?? now()) - DAY_S;
  const isBeforeFees = flaws.get(user.toLowerCase()) === "series_before_fees";
  const points = [];
  let [next, total] = [0, 0];
  for (let at = Math.ceil(first / step) * step; at <= now(); at += step) {
    for (let gain = gains[next]; gain !== undefined && gain.timestamp <= at; gain = gains[next]) {
      total += gain.micros + (isBeforeFees ? gain.fee : 0);
      next += 1;
    }
    points.push({ timestamp: at, realized_pnl: dollars(total), unrealized_pnl: 0, position_pnl: dollars(total) });
  }
  const span = { interval: query.get("interval") ?? "1d", fidelity: isHourly ? "1h" : "1d", source_fidelity: "1h" };
  return ok({ data: { proxy_wallet: user, ...span, points } });
}
