import { useMemo } from "preact/hooks";
import { price, toNumber, usd } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Chart, Legend, type Line } from "../parts/chart.tsx";
import * as column from "../parts/column-kinds.tsx";
import { Choice, CsvLink, List } from "../parts/list.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Decimal, Price, Signed, Time, Usd } from "../parts/values.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { serverNow } from "../state/clock.ts";
import { usePaged } from "../state/paged.ts";
import { locale } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import type { MarketPage as Answer, FlowPoint, MarketWallet, PricePoint } from "../state/rows.ts";
import { MarketState } from "./markets.tsx";

/** Seconds shown, and seconds of one bucket. */
const SPANS: Readonly<Record<string, readonly [seconds: number, bucket: number]>> = {
  "1h": [3_600, 10],
  "6h": [21_600, 60],
  "1d": [86_400, 180],
  "7d": [604_800, 1_200],
};

export function MarketPage({ id }: { id: string }) {
  const asked = useAsked<Answer>(`/markets/${id}`, { everyMs: 15_000 });
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/markets">Markets</a>}
        title={
          <span dir="auto">
            {value === undefined ? "Market" : plain(value.title ?? "A market without a title yet")}
          </span>
        }
        about={<span class="mono small">{plain(id)}</span>}
      >
        <a class="button" href={`/tape?market=${encodeURIComponent(id)}`}>
          Its fills
        </a>
      </PageHead>
      <Show
        asked={asked}
        what="the market"
        missing="No fill in this market has been read. It appears here with its first."
      >
        {(market) => <Details market={market} />}
      </Show>
    </>
  );
}

/** Until when there is something to see: now, or a little after its resolution. */
function spanOf({ resolved_at: resolved }: Answer): { from: string; to: string; seconds: number } {
  const [span, bucket] = SPANS[place.value.query.get("span") ?? "6h"] ?? [21_600, 60];
  // Whole buckets, so that the question stays the same for as long as one lasts.
  const end = Math.min(serverNow(), (toMs(resolved) ?? Number.POSITIVE_INFINITY) + span * 50);
  const to = Math.ceil(end / (bucket * 1000)) * bucket * 1000;
  return { from: new Date(to - span * 1000).toISOString(), to: new Date(to).toISOString(), seconds: bucket };
}

function Details({ market }: { market: Answer }) {
  const series = spanOf(market);
  const prices = useAsked<PricePoint[]>(withQuery(`/markets/${market.market_id}/prices`, series));
  const flow = useAsked<FlowPoint[]>(
    withQuery(`/markets/${market.market_id}/flow`, { ...series, seconds: series.seconds * 5 }),
  );
  const names: Names = [market.outcome_0 ?? "Yes", market.outcome_1 ?? "No"];
  return (
    <div class="grid">
      <Panel
        width={8}
        title={<Term name="price">Price</Term>}
        tools={
          <Choice label="Time shown" name="span" start="6h" options={Object.keys(SPANS).map((span) => [span, span])} />
        }
      >
        <Show asked={prices} what="its prices">
          {(points) => <Prices points={points} names={names} />}
        </Show>
      </Panel>
      <Facts market={market} />
      <FlowPanel asked={flow} names={names} />
      <ScoredPanel market={market} />
    </div>
  );
}

type Names = readonly [string, string];

function Prices({ points, names }: { points: readonly PricePoint[]; names: Names }) {
  const lines = useMemo<Line[]>(() => {
    const of = (index: number) =>
      points
        .filter((point) => point.outcome_index === index)
        .map((point) => ({ at: toMs(point.at) ?? 0, value: toNumber(point.close) }));
    return [
      { kind: "line", colour: "--accent", points: of(0) },
      { kind: "line", colour: "--down", isDashed: true, points: of(1) },
    ];
  }, [points]);
  if (points.length === 0)
    return <Nothing title="No fill in this time">Choose a longer time, or look at its fills.</Nothing>;
  const last = points.at(-1);
  return (
    <>
      <Legend
        items={[
          [1, plain(names[0])],
          [2, plain(names[1])],
        ]}
      />
      <Chart
        lines={lines}
        range={[0, 1]}
        show={(value) => price(value, locale())}
        summary={`Price of ${plain(names[last?.outcome_index === 1 ? 1 : 0])} at last ${price(last?.close, locale())}, ${points.length} points.`}
      />
    </>
  );
}

const Facts = ({ market }: { market: Answer }) => (
  <Panel width={4} title="The market" tools={<MarketState row={market} />}>
    <dl class="facts">
      {market.tokens.map((token) => (
        <Fact key={token.token_id} label={plain(token.outcome)}>
          <b>
            <Price value={token.last_price} />
          </b>{" "}
          <span class="faint">
            <Ago at={token.last_fill_at} />
          </span>
        </Fact>
      ))}
      <Fact label="Category">{plain(market.category ?? "–")}</Fact>
      <Fact label={<Term name="tickSize">Tick</Term>}>
        <Decimal value={market.tick_size} digits={3} />
      </Fact>
      <Fact label={<Term name="negRisk">Negative risk</Term>}>{market.neg_risk === true ? "yes" : "no"}</Fact>
      <Fact label="Takes orders">{market.accepting_orders === false ? "no" : "yes"}</Fact>
      <Fact label="Starts">
        <Time at={market.starts_at} />
      </Fact>
      <Fact label="Ends">
        <Time at={market.ends_at} />
      </Fact>
      <Fact label={<Term name="resolution">Resolved</Term>}>
        {market.resolved_at === null ? "not yet" : <Time at={market.resolved_at} />}
      </Fact>
    </dl>
  </Panel>
);

type TierFlow = { tier: string; outcome: number; bought: number; sold: number };

/** Sums of the time shown, by tier and outcome. */
function byTier(points: readonly FlowPoint[]): readonly TierFlow[] {
  const sums = new Map<string, TierFlow>();
  for (const point of points) {
    const key = `${point.trader_tier}${point.outcome_index}`;
    const sum = sums.get(key) ?? { tier: point.trader_tier, outcome: point.outcome_index, bought: 0, sold: 0 };
    sum.bought += Number(point.bought_usd);
    sum.sold += Number(point.sold_usd);
    sums.set(key, sum);
  }
  const order = ["WHALE", "SMART", "AVERAGE", "NOVICE", "DEGEN"];
  return [...sums.values()].sort((a, b) => order.indexOf(a.tier) - order.indexOf(b.tier) || a.outcome - b.outcome);
}

function FlowPanel({ asked, names }: { asked: ReturnType<typeof useAsked<FlowPoint[]>>; names: Names }) {
  const columns = useMemo<readonly Column<TierFlow>[]>(
    () => [
      column.tier("tier", "Tier", { term: "traderTier", card: "title" }),
      {
        key: "outcome",
        label: "Outcome",
        show: (row) => plain(names[row.outcome === 1 ? 1 : 0]),
        value: (row) => row.outcome,
      },
      {
        key: "bought_usd",
        label: "Bought",
        isRight: true,
        show: (row) => <Usd value={row.bought} />,
        value: (row) => row.bought,
      },
      {
        key: "sold_usd",
        label: "Sold",
        isRight: true,
        show: (row) => <Usd value={row.sold} />,
        value: (row) => row.sold,
      },
      {
        key: "net_usd",
        label: "Net",
        isRight: true,
        show: (row) => <Signed value={row.bought - row.sold} />,
        value: (row) => row.bought - row.sold,
      },
    ],
    [names[0], names[1]],
  );
  const rows = byTier(asked.value ?? []);
  return (
    <Panel
      width={6}
      flush
      title="Flow by tier"
      note="in the time shown"
      tools={<CsvButton name="flow" columns={columns} rows={rows} />}
    >
      <Show asked={asked} what="the flow">
        {(points) => (
          <>
            {points.length === 0 ? null : <FlowChart points={points} />}
            <Table
              name="Flow by tier"
              columns={columns}
              rows={rows}
              keyOf={(row) => row.tier + row.outcome}
              empty={<Nothing title="No fill in this time" />}
            />
          </>
        )}
      </Show>
    </Panel>
  );
}

/** What scored wallets put on the first outcome less what they took off it, or put on the other. */
function FlowChart({ points }: { points: readonly FlowPoint[] }) {
  const lines = useMemo<Line[]>(() => {
    const sums = new Map<number, number>();
    for (const point of points) {
      if (point.trader_tier !== "WHALE" && point.trader_tier !== "SMART") continue;
      const at = toMs(point.at) ?? 0;
      const net = Number(point.bought_usd) - Number(point.sold_usd);
      sums.set(at, (sums.get(at) ?? 0) + (point.outcome_index === 0 ? net : -net));
    }
    return [{ kind: "columns", colour: "--accent", points: [...sums].map(([at, value]) => ({ at, value })) }];
  }, [points]);
  const total = (lines[0]?.points ?? []).reduce((sum, { value }) => sum + (value ?? 0), 0);
  return (
    <div class="inset">
      <p class="small muted">WHALE and SMART, net onto the first outcome</p>
      <Chart
        size="low"
        lines={lines}
        show={(value) => usd(value, locale())}
        summary={`Net flow of WHALE and SMART wallets onto the first outcome: ${usd(total, locale(), true)}.`}
      />
    </div>
  );
}

function ScoredPanel({ market }: { market: Answer }) {
  const path = `/markets/${market.market_id}/wallets`;
  const paged = usePaged<MarketWallet>(`${path}?limit=12`, {}, ({ wallet_address: address }) => address);
  const [first, second] = [plain(market.outcome_0 ?? "Yes"), plain(market.outcome_1 ?? "No")];
  const columns = useMemo<readonly Column<MarketWallet>[]>(
    () => [
      column.wallet("wallet_address", "Wallet", { card: "title" }),
      column.tier("trader_tier", "Tier", { term: "traderTier" }),
      column.shares("reputation_score", "Score", { term: "score" }),
      {
        key: "shares_0",
        label: first,
        isRight: true,
        show: (row) => <Decimal value={row.shares_0} digits={0} />,
        value: (row) => row.shares_0,
      },
      {
        key: "shares_1",
        label: second,
        isRight: true,
        show: (row) => <Decimal value={row.shares_1} digits={0} />,
        value: (row) => row.shares_1,
      },
      column.gain("realized_pnl_usd", "P&L", { term: "realizedPnlUsd" }),
      {
        key: "follow_eligible",
        label: "Followed",
        show: (row) => <span class={row.follow_eligible ? "up" : "faint"}>{row.follow_eligible ? "✓ yes" : "no"}</span>,
        value: (row) => row.follow_eligible,
      },
    ],
    [first, second],
  );
  return (
    <Panel
      width={6}
      flush
      title="Scored wallets in it"
      note="shares held of each outcome"
      tools={<CsvLink path={path} name="scored wallets" />}
    >
      <List
        name="Scored wallets"
        paged={paged}
        columns={columns}
        keyOf={({ wallet_address: address }) => address}
        empty={<Nothing title="None yet">Nobody with a score has a finalized fill here.</Nothing>}
      />
    </Panel>
  );
}
