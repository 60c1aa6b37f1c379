import { Fact, Figure, Figures, PageHead, Panel } from "../../parts/panel.tsx";
import { Show } from "../../parts/states.tsx";
import { Term } from "../../parts/term.tsx";
import { Count, Decimal, Percent, Signed, Time, Usd, Verdict } from "../../parts/values.tsx";
import { useAsked } from "../../state/asked.ts";
import type { BacktestPage as Page } from "../../state/rows.ts";
import { Parameters } from "./parameters.tsx";
import { ReportFrame } from "./report-frame.tsx";
import { spanText } from "./values.tsx";

export function BacktestPage({ id }: { id: string }) {
  const asked = useAsked<Page>(`/research/${encodeURIComponent(id)}`);
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/research">Research</a>}
        title={value === undefined ? "Backtest" : `Backtest, ${spanText(value)}`}
      />
      <Show asked={asked} what="the backtest" missing="No backtest of this name was run on this database.">
        {(row) => (
          <>
            {row.has_page ? (
              <ReportFrame kind="backtest" id={id} title="The whole report of the backtest" />
            ) : (
              <>
                <Result row={row} />
                <Kept />
              </>
            )}
            <Parameters of={row.report} />
          </>
        )}
      </Show>
    </>
  );
}

const Result = ({ row }: { row: Page }) => (
  <Figures label="Result">
    <Figure
      lead
      label={<Term name="verdict">Verdict</Term>}
      sub={
        row.edge_low === null || row.edge_high === null ? undefined : (
          <>
            edge a share <Signed value={row.edge_low} as="share" /> to <Signed value={row.edge_high} as="share" />
          </>
        )
      }
    >
      <Verdict of={row.verdict} />
    </Figure>
    <Figure label="Return" sub={<Signed value={row.net_usd} />}>
      <Signed value={row.total_return} as="percent" />
    </Figure>
    <Figure label={<Term name="sharpeRatio">Sharpe ratio</Term>}>
      <Decimal value={row.sharpe_ratio} />
    </Figure>
    <Figure label={<Term name="drawdownRatio">Maximum drawdown</Term>}>
      <Percent value={row.max_drawdown} />
    </Figure>
    <Figure
      label="Trades"
      sub={
        row.win_rate === null ? undefined : (
          <>
            <Percent value={row.win_rate} digits={0} /> won
          </>
        )
      }
    >
      <Count value={row.trades} />
    </Figure>
    <Figure label={<Term name="profitFactor">Profit factor</Term>}>
      <Decimal value={row.profit_factor} />
    </Figure>
    <Figure label="Fees">
      <Usd value={row.fees_usd} />
    </Figure>
    <Figure label="Run">
      <Time at={row.created_at} />
    </Figure>
  </Figures>
);

/** Where only the figures are left. */
export const Kept = () => (
  <Panel title="Report">
    <dl class="facts start">
      <Fact label="Whole report">
        not kept: it is an old one, one of a sweep, or too large. The command's <code>--report</code> writes it into a
        file.
      </Fact>
    </dl>
  </Panel>
);
