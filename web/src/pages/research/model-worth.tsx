/** What a model is worth against the price, and what it looks at. */
import { decimal } from "../../format/numbers.ts";
import { words } from "../../format/text.ts";
import * as column from "../../parts/column-kinds.tsx";
import { Calibration } from "../../parts/drawings.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Nothing } from "../../parts/states.tsx";
import type { Column } from "../../parts/table.tsx";
import { TablePanel } from "../../parts/table-panel.tsx";
import { Term } from "../../parts/term.tsx";
import { locale } from "../../state/preferences.ts";
import type { ModelPage as Page } from "../../state/rows.ts";

type Card = Page["card"];
type Metrics = NonNullable<Card["metrics"]>;

const four = (value: number | null | undefined): string => decimal(value, 4, locale());

type Measure = { readonly name: string; model: number | null; price: number | null; gain: Metrics["logLossGain"] };

const measureColumns: readonly Column<Measure>[] = [
  column.text("name", "Out of sample", { card: "title" }),
  column.fine("model", "Model"),
  column.fine("price", "Price"),
  {
    key: "gain",
    label: "Gain, 95 %",
    card: "full",
    isRight: true,
    show: ({ gain }) => (gain === null ? "–" : `${four(gain.mean)}${boundsText(gain)}`),
    value: ({ gain }) => gain?.mean,
  },
];

const boundsText = ({ interval }: NonNullable<Measure["gain"]>): string =>
  interval === null ? ", too few events" : ` (${four(interval.low)} to ${four(interval.high)})`;

export function Worth({ metrics }: { metrics: Metrics | null }) {
  if (metrics === null) {
    return (
      <Panel title="Against the price">
        <Nothing title="Nothing to judge by">No buy of a wallet that may be followed was resolved.</Nothing>
      </Panel>
    );
  }
  const { model, price, logLossGain, brierGain, gainOverUnbiased, calibration } = metrics;
  const rows: readonly Measure[] = [
    { name: "Log loss", model: model.logLoss, price: price.logLoss, gain: logLossGain },
    { name: "… against the unbiased price", model: null, price: null, gain: gainOverUnbiased },
    { name: "Brier score", model: model.brier, price: price.brier, gain: brierGain },
    { name: "AUC", model: model.auc, price: price.auc, gain: null },
  ];
  const points = calibration.map((bin) => ({
    ...{ fills: bin.examples, avg_price: bin.meanProbability, paid_out: bin.paid },
  }));
  return (
    <TablePanel
      name="Model against the price"
      title="Against the price"
      note="walk-forward; a gain above 0 is the model's"
      columns={measureColumns}
      rows={rows}
      keyOf={({ name }) => name}
      empty="Nothing"
    >
      <div class="inset">
        <h3 class="apart">
          <Term name="calibration">Calibration</Term>: what it said, and what was paid
        </h3>
        <Calibration points={points} across="probability of the model" />
      </div>
    </TablePanel>
  );
}

type Feature = Card["coefficients"][number];

const featureColumns: readonly Column<Feature>[] = [
  column.field("name", "Feature", ({ name }) => words(name.replace(/[A-Z]/g, (letter) => ` ${letter}`)), {
    ...{ term: "feature", card: "title" },
  }),
  column.signed("weight", "Weight"),
  column.fine("mean", "Mean"),
  column.fine("scale", "Scale"),
];

/** What departs from the price most stands first. */
export function Features({ card }: { card: Card }) {
  const rows = card.coefficients.toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return (
    <TablePanel
      name="Features"
      note="change of the log-odds for one standard deviation"
      columns={featureColumns}
      rows={rows}
      keyOf={({ name }) => name}
      sortAs="sort"
      empty="None"
    />
  );
}
