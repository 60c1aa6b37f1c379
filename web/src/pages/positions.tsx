import { PageHead } from "../parts/panel.tsx";
import { Nothing } from "../parts/states.tsx";
import { PagedPanel } from "../parts/table-panel.tsx";
import { Term } from "../parts/term.tsx";
import { TradingButtons } from "../parts/trading.tsx";
import { liveState } from "../state/stream.ts";
import { heldColumns } from "./close-column.tsx";
import { closedColumns } from "./columns.tsx";

const fresh = { topics: ["positions"] };

export function PositionsPage() {
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
      <PagedPanel
        name="Open positions"
        title="Open"
        path="/positions?status=OPEN"
        limit={100}
        fresh={fresh}
        columns={heldColumns()}
        keyOf={({ id }) => id}
        sortAs="open"
        empty={
          <Nothing title="Nothing is held">
            The next position opens with the next signal that passes every check. <a href="/signals">Signals</a> say why
            others did not.
          </Nothing>
        }
      />
      <PagedPanel
        name="Closed positions"
        title="Closed"
        path="/positions?status=CLOSED"
        limit={50}
        fresh={fresh}
        columns={closedColumns}
        keyOf={({ id }) => id}
        sortAs="closed"
        empty={
          <Nothing title="None was closed yet">
            A position ends by an exit, by hand, or when its market is resolved.
          </Nothing>
        }
      />
    </>
  );
}
