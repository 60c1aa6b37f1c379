import { Figure, Figures, PageHead, Panel } from "../../parts/panel.tsx";
import { Nothing, Show } from "../../parts/states.tsx";
import { Term } from "../../parts/term.tsx";
import { Ago, Decimal, Percent, Signed, Verdict } from "../../parts/values.tsx";
import { useAsked } from "../../state/asked.ts";
import type { ResearchTable, Sweep } from "../../state/rows.ts";
import { Kept } from "./backtest.tsx";
import { ReportFrame } from "./report-frame.tsx";
import { gridText, Progress, SweepValue, spanText } from "./values.tsx";

const REREAD_MS = 5_000;

export function SweepPage({ id }: { id: string }) {
  const asked = useAsked<Sweep>(`/sweeps/${encodeURIComponent(id)}`, { everyMs: REREAD_MS });
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/research?show=sweeps">Sweeps</a>}
        title={value === undefined ? "Sweep" : `Sweep, ${spanText(value)}`}
        about={value === undefined ? undefined : gridText(value.grid)}
      />
      <Show asked={asked} what="the sweep" missing="No sweep of this name was begun on this database.">
        {(sweep) => (
          <>
            {sweep.done < sweep.variants ? <Left of={sweep} /> : null}
            {sweep.has_page ? <ReportFrame kind="sweep" id={id} title="Heat maps, windows and variants" /> : null}
            {sweep.has_page || sweep.done < sweep.variants ? null : (
              <>
                <Result of={sweep} />
                <Kept />
              </>
            )}
          </>
        )}
      </Show>
    </>
  );
}

const Left = ({ of }: { of: Sweep }) => (
  <Panel
    title="Not done yet"
    note={
      of.last_done_at === null ? undefined : (
        <>
          last variant <Ago at={of.last_done_at} />
        </>
      )
    }
  >
    <Nothing title={`${of.variants - of.done} variants are left`}>
      <Progress of={of} /> If nobody works on it, <code class="command">orderflow sweep --resume {of.id}</code> goes on
      where it stopped.
    </Nothing>
  </Panel>
);

const Result = ({ of }: { of: Sweep }) => (
  <Figures label="Result">
    <Figure lead label={<Term name="verdict">Verdict</Term>}>
      {of.verdict === null ? "not yet" : <Verdict of={of.verdict} />}
    </Figure>
    <Figure label={<Term name="fit">In sample</Term>} sub="of the variants chosen">
      <SweepValue of={of} value={of.in_sample} />
    </Figure>
    <Figure label={<Term name="judge">Out of sample</Term>} sub="on the days after">
      <SweepValue of={of} value={of.out_of_sample} />
    </Figure>
    <Figure label="Profit out of sample">
      <Signed value={of.profit_usd} />
    </Figure>
    <Figure label={<Term name="overfitting">Probability of overfitting</Term>}>
      <Percent value={of.overfitting_probability} digits={0} />
    </Figure>
    <Figure label="Rank correlation" sub="one window with the next">
      <Decimal value={of.rank_correlation} />
    </Figure>
  </Figures>
);

export function TablePage({ id }: { id: string }) {
  const asked = useAsked<ResearchTable>(`/research-tables/${encodeURIComponent(id)}`);
  const { value } = asked;
  return (
    <>
      <PageHead
        crumb={<a href="/research?show=tables">Tables</a>}
        title={value === undefined ? "Table" : value.title}
        about={value === undefined ? undefined : `${spanText(value)}, ${value.category ?? "all categories"}`}
      />
      <Show asked={asked} what="the table" missing="No such table was made on this database.">
        {({ has_page: hasPage, title }) => (hasPage ? <ReportFrame kind="research" id={id} title={title} /> : <Kept />)}
      </Show>
    </>
  );
}
