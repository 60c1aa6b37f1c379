import { count, price, toNumber, UNKNOWN } from "../format/numbers.ts";
import { plain, words } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Fact, Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { Time } from "../parts/values.tsx";
import { locale } from "../state/preferences.ts";

/** What the decision saw of the market, as it was stored: the book as a ladder, the rest by name. */
export function BookSeen({ book }: { book: unknown }) {
  return (
    <Panel width={5} title="The book as it was seen">
      {typeof book === "object" && book !== null ? (
        <Seen book={book} />
      ) : (
        <Nothing title="No book was seen">It was decided before one was asked for, or none came in time.</Nothing>
      )}
    </Panel>
  );
}

function Seen({ book }: { book: object }) {
  const { asks, bids, ...rest } = book as { readonly asks?: unknown; readonly bids?: unknown };
  return (
    <div class="stack">
      <Ladder asks={levelsOf(asks)} bids={levelsOf(bids)} />
      <dl class="facts">
        {Object.entries(rest).map(([name, value]) => (
          <Fact key={name} label={words(name.replace(/[A-Z]/g, " $&"))}>
            {seenText(name, value)}
          </Fact>
        ))}
      </dl>
    </div>
  );
}

/** A level is stored as its price and the shares there. */
const levelsOf = (stored: unknown): readonly Level[] =>
  Array.isArray(stored)
    ? stored.flatMap((level) => {
        const [at, shares] = Array.isArray(level) ? level.map((one) => toNumber(one)) : [];
        return at == null || shares == null ? [] : [{ at, shares }];
      })
    : [];

function seenText(name: string, value: unknown) {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (/(At|AsOf)$/.test(name) && toMs(Number(value)) !== null) return <Time at={Number(value)} seconds />;
  if (/price$/i.test(name)) return price(String(value), locale());
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}

type Level = { readonly at: number; readonly shares: number };

/** A book as traders draw it: asks above bids, the best two in the middle, a bar as long as the level is deep. */
function Ladder({ asks, bids }: { asks: readonly Level[]; bids: readonly Level[] }) {
  const most = Math.max(1, ...[...asks, ...bids].map(({ shares }) => shares));
  const [ask, bid] = [asks[0]?.at, bids[0]?.at];
  const rows = (levels: readonly Level[], side: "ask" | "bid") =>
    levels.map(({ at, shares }) => (
      <tr key={at}>
        <th scope="row">{side}</th>
        <td class={side === "ask" ? "down" : "up"}>{price(at, locale())}</td>
        <td>{count(shares, locale())}</td>
        <td class="depth">
          <svg class="meter-svg" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class={side === "ask" ? "mark-down" : "mark-up"} width={(shares / most) * 100} height="8" rx="1" />
          </svg>
        </td>
      </tr>
    ));
  return (
    <table class="ladder">
      <caption class="small muted">
        {ask === undefined || bid === undefined
          ? "one side is empty"
          : `spread ${price(ask - bid, locale())}, middle ${price((ask + bid) / 2, locale())}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Side</th>
          <th scope="col">Price</th>
          <th scope="col">Shares</th>
          <td />
        </tr>
      </thead>
      <tbody>{rows(asks.toReversed(), "ask")}</tbody>
      <tbody>{rows(bids, "bid")}</tbody>
    </table>
  );
}
