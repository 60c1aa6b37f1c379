/** The model's card: what it learned from, what it is worth against the price, what it looks at, what its signals came to. */
import { decimal } from "../../format/numbers.ts";
import { plain } from "../../format/text.ts";
import { durationOr } from "../../format/times.ts";
import { Fact, Figure, Figures, PageHead, Panel } from "../../parts/panel.tsx";
import { Nothing, Show } from "../../parts/states.tsx";
import { Term } from "../../parts/term.tsx";
import { Ago, Chip, Count, Percent, Signed, Time, Usd } from "../../parts/values.tsx";
import { useAsked } from "../../state/asked.ts";
import { locale } from "../../state/preferences.ts";
import type { ModelPage as Page } from "../../state/rows.ts";
import { Features, Worth } from "./model-worth.tsx";
import { spanText } from "./values.tsx";

export function ModelPage({ id }: { id: string }) {
  const asked = useAsked<Page>(`/models/${encodeURIComponent(id)}`, { topics: ["signals"] });
  return (
    <>
      <PageHead crumb={<a href="/research?show=models">Models</a>} title={`Model ${id.slice(0, 12)}`} />
      <Show asked={asked} what="the model" missing="No model of this name was trained on this database.">
        {(model) => (
          <>
            <Head of={model} />
            <div class="grid">
              <div class="stack w7">
                <Worth metrics={model.card.metrics} />
                <Features card={model.card} />
              </div>
              <div class="stack w5">
                <Signals of={model} />
                <Origin of={model} />
              </div>
            </div>
          </>
        )}
      </Show>
    </>
  );
}

const Head = ({ of }: { of: Page }) => (
  <Figures label="Result">
    <Figure lead label="Verdict" sub={of.card.metrics?.verdict.because}>
      <Chip tone={of.trust > 0 ? "up" : "none"} shape={of.trust > 0 ? "up" : "ring"}>
        {of.verdict ?? "cannot tell"}
      </Chip>
    </Figure>
    <Figure label={<Term name="trust">Proven share</Term>} sub={of.trust > 0 ? undefined : "so it makes no signal"}>
      <Percent value={of.trust} digits={0} />
    </Figure>
    <Figure
      label={<Term name="example">Examples</Term>}
      sub={
        <>
          <Count value={of.events} /> events
        </>
      }
    >
      <Count value={of.examples} />
    </Figure>
    <Figure label="Learned from">{spanText(of)}</Figure>
    <Figure label="Trained">
      <Ago at={of.trained_at} />
    </Figure>
  </Figures>
);

const Signals = ({ of }: { of: Page }) => (
  <Panel title="Its signals" note={of.last_signal_at === null ? undefined : <Ago at={of.last_signal_at} />}>
    {of.signals === 0 ? (
      <Nothing title="It has made none">
        With <code>ENABLE_ML=true</code> and <code>MODEL_FILE</code> naming its file the executor asks it at every buy
        of a wallet that may be followed.
      </Nothing>
    ) : (
      <dl class="facts">
        <Fact label={<Term name="signal">Signals</Term>}>
          <a href="/signals?type=ML_PREDICTION">
            <Count value={of.signals} />
          </a>
        </Fact>
        <Fact label="Executed">
          <Count value={of.executed} />
        </Fact>
        <Fact label="Won, lost">
          <Count value={of.wins} />, <Count value={of.losses} />
        </Fact>
        <Fact label={<Term name="realizedPnlUsd">P&L</Term>}>
          <Signed value={of.profit_loss_usd} />
        </Fact>
      </dl>
    )}
  </Panel>
);

const Origin = ({ of: { id, card, ...of } }: { of: Page }) => (
  <Panel title="Where it comes from">
    <dl class="facts">
      <Fact label="Hash">
        <code class="hash">{id}</code>
      </Fact>
      <Fact label="Known from">
        <Time at={of.from_at} />
      </Fact>
      <Fact label="Known until">
        <Time at={of.to_at} />
      </Fact>
      <Fact label="Smallest buy">
        <Usd value={Number(card.minTradeUsd) / 1e6} />
      </Fact>
      <Fact label="Parts judged">
        {card.folds}, after {durationOr(card.embargoMs)} each
      </Fact>
      <Fact label="Penalty">
        {card.penalty === null ? "without end: the price itself" : plain(String(card.penalty))}
      </Fact>
      <Fact label="Intercept">{decimal(card.intercept, 4, locale(), true)}</Fact>
      <Fact label="Versions">
        features {card.featuresVersion}, score {card.scoreVersion}
      </Fact>
      <Fact label="Seed">{card.seed}</Fact>
    </dl>
  </Panel>
);
