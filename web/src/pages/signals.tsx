import { words } from "../format/text.ts";
import * as column from "../parts/column-kinds.tsx";
import { CsvLink, List, Search, Select } from "../parts/list.tsx";
import { PageHead, Panel } from "../parts/panel.tsx";
import { Nothing, Show } from "../parts/states.tsx";
import { type Column, CsvButton, Table } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { usePaged } from "../state/paged.ts";
import { place } from "../state/router.ts";
import type { ControlComparison, Overview, Signal } from "../state/rows.ts";
import { signalColumns } from "./columns.tsx";

export function SignalsPage() {
  const { query } = place.value;
  const of = (name: string): string | null => query.get(name);
  const filter = { type: of("type"), status: of("status"), wallet: of("wallet"), market: of("market") };
  const path = withQuery("/signals", { ...filter, limit: 30 });
  const paged = usePaged<Signal>(path, { topics: ["signals"] }, ({ id }) => id);
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
        <Search
          label="Wallet address"
          name="wallet"
          placeholder="Wallet 0x…"
          clean={(text) => (/^0x[0-9a-f]{40}$/i.test(text.trim()) ? text.trim().toLowerCase() : "")}
        />
      </div>
      <Panel flush title="Signals" tools={<CsvLink path={path} name="signals" />}>
        <List
          name="Signals"
          paged={paged}
          columns={signalColumns}
          keyOf={({ id }) => id}
          empty={
            <Nothing title="No signal fits">
              They arise when a wallet with a score trades. In the demo the first comes after about a minute.
            </Nothing>
          }
        />
      </Panel>
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
    label: "Why not",
    term: "refusal",
    card: "title",
    show: (row) => words(row.skip_reason ?? row.status),
    value: (row) => row.skip_reason ?? row.status,
  },
  column.code("signal_type", "Type"),
  column.status("status", "Status"),
  column.count("count", "Signals"),
];

function Refusals() {
  const asked = useAsked<Overview>("/overview", { everyMs: 15_000 });
  return (
    <Panel
      width={6}
      flush
      title="What became of them"
      tools={<CsvButton name="outcomes of signals" columns={refusedColumns} rows={asked.value?.signals ?? []} />}
    >
      <Show asked={asked} what="the counts">
        {({ signals }) => (
          <Table
            name="Outcomes of signals"
            columns={refusedColumns}
            rows={signals.toSorted((a, b) => b.count - a.count)}
            keyOf={(row) => `${row.signal_type}${row.status}${row.skip_reason}`}
            empty={<Nothing title="None yet" />}
          />
        )}
      </Show>
    </Panel>
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
    <Panel
      width={6}
      flush
      title={<Term name="control">Against the reverse</Term>}
      note="both sides filled and ended"
      tools={<CsvButton name="controls" columns={controlColumns} rows={asked.value ?? []} />}
    >
      <Show asked={asked} what="the controls">
        {(rows) => (
          <Table
            name="Signals against their reverse controls"
            columns={controlColumns}
            rows={rows}
            keyOf={(row) => row.mode + row.signal_type}
            empty={
              <Nothing title="No pair has ended yet">
                A control is held to the resolution of its market, so the first result takes as long as the market does.
              </Nothing>
            }
          />
        )}
      </Show>
    </Panel>
  );
}
