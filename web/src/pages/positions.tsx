import { CsvLink, List } from "../parts/list.tsx";
import { PageHead, Panel } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { Term } from "../parts/term.tsx";
import { TradingButtons } from "../parts/trading.tsx";
import { usePaged } from "../state/paged.ts";
import type { Position } from "../state/rows.ts";
import { liveState } from "../state/stream.ts";
import { heldColumns } from "./close-column.tsx";
import { closedColumns } from "./columns.tsx";

export function PositionsPage() {
  const open = usePaged<Position>("/positions?status=OPEN&limit=100", { topics: ["positions"] }, ({ id }) => id);
  const closed = usePaged<Position>("/positions?status=CLOSED&limit=50", { topics: ["positions"] }, ({ id }) => id);
  const account = liveState.value?.account;
  return (
    <>
      <PageHead
        title="Positions"
        about={
          <>
            What is held at its <Term name="mark">mark</Term>, and what was closed, by what, for how much.
          </>
        }
      >
        <TradingButtons state={account?.trading_state ?? null} openPositions={account?.open_positions ?? 0} />
      </PageHead>
      <Panel flush title="Open" tools={<CsvLink path="/positions?status=OPEN" name="open positions" />}>
        <List
          name="Open positions"
          paged={open}
          columns={heldColumns()}
          keyOf={({ id }) => id}
          sortAs="open"
          empty={
            <Nothing title="Nothing is held">
              The next position opens with the next signal that passes every check. <a href="/signals">Signals</a> say
              why others did not.
            </Nothing>
          }
        />
      </Panel>
      <Panel flush title="Closed" tools={<CsvLink path="/positions?status=CLOSED" name="closed positions" />}>
        <List
          name="Closed positions"
          paged={closed}
          columns={closedColumns}
          keyOf={({ id }) => id}
          sortAs="closed"
          empty={
            <Nothing title="None was closed yet">
              A position ends by an exit, by hand, or when its market is resolved.
            </Nothing>
          }
        />
      </Panel>
    </>
  );
}
