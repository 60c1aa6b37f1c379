import { useMemo } from "preact/hooks";
import { price, toNumber } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { toMs } from "../format/times.ts";
import { Chart, Legend, type Line } from "../parts/chart.tsx";
import { Choice } from "../parts/filters.tsx";
import { Fact, PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { Ago, Decimal, Price, Time } from "../parts/values.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { serverNow } from "../state/clock.ts";
import { locale } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import type { MarketPage as Answer, FlowPoint, PricePoint } from "../state/rows.ts";
import { FlowPanel, type Names } from "./market-flow.tsx";
import { ScoredPanel } from "./market-wallets.tsx";
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
