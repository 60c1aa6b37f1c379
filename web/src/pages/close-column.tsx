import { usd } from "../format/numbers.ts";
import { plain } from "../format/text.ts";
import { field } from "../parts/column-kinds.tsx";
import { confirmThen } from "../parts/dialog.tsx";
import type { Column } from "../parts/table.tsx";
import { mayCommand, useCommand } from "../parts/trading.tsx";
import { locale } from "../state/preferences.ts";
import type { Position } from "../state/rows.ts";
import { openColumns } from "./columns.tsx";

export function CloseButton({ position }: { position: Position }) {
  const [isBusy, run] = useCommand();
  if (!mayCommand() || position.status !== "OPEN") return null;
  const name = `${plain(position.market_title ?? "this market")}, ${plain(position.outcome ?? "its outcome")}`;
  return (
    <button
      type="button"
      class="button"
      disabled={isBusy}
      aria-label={`Close ${name}`}
      onClick={() =>
        confirmThen({
          title: "Close this position?",
          text: `${name}: what is held for ${usd(position.cost_usd, locale())} is sold at the market.`,
          action: "Close position",
          run: () => void run("close", position.id),
        })
      }
    >
      {isBusy ? "Asked…" : "Close"}
    </button>
  );
}

const withButton: readonly Column<Position>[] = [
  ...openColumns,
  field("id", "Position", (row) => <CloseButton position={row} />, { card: "full", isRight: true }),
];

/** What is held, with a button for those who may close it. */
export const heldColumns = (): readonly Column<Position>[] => (mayCommand() ? withButton : openColumns);
