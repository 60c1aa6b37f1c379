import { words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { Select, WalletSearch } from "../parts/filters.tsx";
import { PageHead } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import type { Column } from "../parts/table.tsx";
import { PagedPanel, TablePanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { place } from "../state/router.ts";
import type { ControlComparison, Overview } from "../state/rows.ts";
import { signalColumns, whyText } from "./columns.tsx";

export function SignalsPage() {
  const { query } = place.value;
  const of = (name: string): string | null => query.get(name);
  const filter = { type: of("type"), status: of("status"), wallet: of("wallet"), market: of("market") };
  return (
    <>
      <PageHead
        title="Signals"
        about={
          <>
            Every reason to act, and what came of it: a <Term name="signal">signal</Term> that was passed over keeps the{" "}
            <Term name="refusal">refusal</Term>, one that was acted on a <Term name="control">reverse control</Term>.
          </>
        }
      />
      <div class="filters">
        <Select
          label="Type"
          name="type"
          options={[
            ["", "all"],
            ...["FOLLOW_WHALE", "FADE_DEGEN", "ML_PREDICTION", "EXIT_FOLLOW"].map(
              (type) => [type, words(type)] as const,
            ),
          ]}
        />
        <Select
          label="Status"
          name="status"
          options={[["", "all"], ...["EXECUTED", "SKIPPED", "PENDING", "EXPIRED"].map((s) => [s, words(s)] as const)]}
        />
        <WalletSearch />
      </div>
      <PagedPanel
        name="Signals"
        path={withQuery("/signals", filter)}
        limit={30}
        fresh={{ topics: ["signals"] }}
        columns={signalColumns}
        keyOf={({ id }) => id}
        empty={
          <Nothing title="No signal fits">
            They arise when a wallet with a score trades. In the demo the first comes after about a minute.
          </Nothing>
        }
      />
      <div class="grid">
        <Refusals />
        <Controls />
      </div>
    </>
  );
}

type Refused = Overview["signals"][number];
const refusedColumns: readonly Column<Refused>[] = [
  {
    key: "skip_reason",
    label: "Why",
    term: "refusal",
    card: "title",
    show: (row) => whyText(row),
    value: (row) => row.skip_reason ?? row.status,
  },
  column.code("signal_type", "Type"),
  column.status("status", "Status"),
  column.count("count", "Signals"),
];

function Refusals() {
  const asked = useAsked<Overview>("/overview", { everyMs: 15_000 });
  return (
    <TablePanel
      name="Outcomes of signals"
      title="What became of them"
      width={6}
      asked={asked}
      columns={refusedColumns}
      rows={(asked.value?.signals ?? []).toSorted((a, b) => b.count - a.count)}
      keyOf={(row) => `${row.signal_type}${row.status}${row.skip_reason}`}
      empty="None yet"
    />
  );
}

const controlColumns: readonly Column<ControlComparison>[] = [
  column.code("signal_type", "Type", { card: "title" }),
  column.count("pairs", "Pairs"),
  column.gain("signal_pnl_usd", "Signals"),
  column.gain("control_pnl_usd", "Controls", { term: "control" }),
  column.count("signal_better", "Signal better"),
];

export function Controls() {
  const asked = useAsked<ControlComparison[]>("/performance/controls", { topics: ["positions"] });
  return (
    <TablePanel
      name="Reverse controls"
      title={<Term name="control">Against the reverse</Term>}
      width={6}
      note="both sides filled and ended"
      asked={asked}
      columns={controlColumns}
      rows={asked.value ?? []}
      keyOf={(row) => row.mode + row.signal_type}
      empty={
        <Nothing title="No pair has ended yet">
          A control is held to the resolution of its market, so the first result takes as long as the market does.
        </Nothing>
      }
    />
  );
}
