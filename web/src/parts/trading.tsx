import { useState } from "preact/hooks";
import { command, session } from "../state/session.ts";
import { confirmThen } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

/** Runs one command at a time: a second press would only ask for the same again. */
export function useCommand(): readonly [isBusy: boolean, run: typeof command] {
  const [isBusy, setBusy] = useState(false);
  const run: typeof command = async (...args) => {
    setBusy(true);
    await command(...args);
    setBusy(false);
  };
  return [isBusy, run];
}

export const mayCommand = (): boolean => session.value?.may_command ?? false;

type TradingButtonsProps = { state: string | null; openPositions: number };

export function TradingButtons({ state, openPositions }: TradingButtonsProps) {
  const [isBusy, run] = useCommand();
  if (!mayCommand()) {
    return session.value?.password_required === true ? (
      <a class="button" href="/login">
        Log in to pause, resume or close
      </a>
    ) : (
      <p class="small muted">
        This dashboard is public and read-only. DASHBOARD_PASSWORD lets those who know it command.
      </p>
    );
  }
  const isActive = state === "ACTIVE";
  return (
    <div class="filters">
      {isActive ? (
        <button type="button" class="button" disabled={isBusy} onClick={() => void run("pause")}>
          <Icon name="pause" size={13} /> Pause
        </button>
      ) : (
        <button
          type="button"
          class="button strong"
          disabled={isBusy || state === null}
          onClick={() => void run("resume")}
        >
          <Icon name="play" size={13} /> Resume
        </button>
      )}
      <button
        type="button"
        class="button danger"
        disabled={isBusy || openPositions === 0}
        onClick={() =>
          confirmThen({
            title: "Close all positions?",
            text: `All ${openPositions} open positions are sold at the market, at whatever it bids. New signals are still acted on, unless you pause first.`,
            action: "Close all",
            run: () => void run("close-all"),
          })
        }
      >
        Close all
      </button>
      <button
        type="button"
        class="button danger"
        disabled={isBusy || state === "HALTED" || state === null}
        onClick={() =>
          confirmThen({
            title: "Halt trading?",
            text: "Nothing is sent any more: no entries, and no exits either. Open positions stay open until you resume.",
            action: "Halt",
            run: () => void run("halt"),
          })
        }
      >
        <Icon name="stop" size={13} /> Halt
      </button>
      <span class="unseen" role="status">
        {isBusy ? "The command is on its way" : ""}
      </span>
    </div>
  );
}
