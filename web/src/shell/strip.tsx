import { Icon, Mark } from "../parts/icons.tsx";
import { Chip, Count, Signed, Status, Usd } from "../parts/values.tsx";
import { tick } from "../state/clock.ts";
import { preferences } from "../state/preferences.ts";
import { session } from "../state/session.ts";
import { connection, liveHealth, liveState } from "../state/stream.ts";
import { nextTheme, sheet } from "./keys.ts";

export function SimulatedBand() {
  const label = session.value?.label;
  if (label?.simulated !== true) return null;
  return (
    <aside class="simulated" aria-label="Simulated data">
      <b>SIMULATED</b>
      <span>
        Every wallet, market and trade here is made up by simnet
        {label.time_factor === 1 ? "" : `, at ${label.time_factor} times the speed of time`}. Profit in it proves
        nothing.
      </span>
    </aside>
  );
}

export function LostBand() {
  tick.value;
  const now = connection.value;
  if (now.is !== "lost") return null;
  const seconds = Math.round((performance.now() - now.since) / 1000);
  return (
    <div class="lost" role="alert">
      <b>Connection lost</b>
      <span>
        What you see is {seconds} s old. It is tried again every two seconds; if it stays away, look whether{" "}
        <span class="mono">orderflow</span> still runs.
      </span>
    </div>
  );
}

/** What must never be out of sight: the mode, whether it trades, the money, and how fresh the feed is. */
export function Strip() {
  const state = liveState.value;
  const account = state?.account;
  return (
    <section class="strip" aria-label="Account and feed">
      <a class="brand only-phone" href="/" aria-label="orderflow, overview">
        <Mark />
      </a>
      <div class="strip-figures">
        <span>
          <span class="label wide">{session.value?.label.mode ?? ""}</span>
          {state !== null && account != null && !state.executor.is_running ? (
            <Chip tone="down" shape="cross">
              not running
            </Chip>
          ) : (
            <Status of={account?.trading_state} />
          )}
        </span>
        <span class="wide">
          <span class="label">Equity</span>
          <Usd value={account?.equity_usd} />
        </span>
        <span>
          <span class="label">Today</span>
          <Signed value={account?.day_pnl_usd} />
        </span>
        <span class="wide">
          <span class="label">Open</span>
          <Count value={account?.open_positions} />
        </span>
        <span class="wide">
          <span class="label">Block</span>
          <Count value={liveHealth.value?.head_block} />
        </span>
      </div>
      <div class="strip-tools">
        <button
          type="button"
          class="button quiet icon"
          aria-label="Go anywhere"
          onClick={() => {
            sheet.value = "palette";
          }}
        >
          <Icon name="search" />
        </button>
        <ThemeButton />
        <button
          type="button"
          class="button quiet icon wide"
          aria-label="Keyboard shortcuts"
          onClick={() => {
            sheet.value = "help";
          }}
        >
          <Icon name="help" />
        </button>
      </div>
    </section>
  );
}

function ThemeButton() {
  const { theme } = preferences.value;
  const icon = { system: "auto", light: "sun", dark: "moon" } as const;
  return (
    <button type="button" class="button quiet icon" aria-label={`Theme: ${theme}. Change it`} onClick={nextTheme}>
      <Icon name={icon[theme]} />
    </button>
  );
}
