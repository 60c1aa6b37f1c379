import type { ComponentChildren } from "preact";
import { timeOfDay } from "../format/times.ts";
import { Confirmation } from "../parts/dialog.tsx";
import { Icon, Mark, Shape } from "../parts/icons.tsx";
import { Notices } from "../parts/notices.tsx";
import { TermPopover } from "../parts/term.tsx";
import { Count, Signed, Status, Usd } from "../parts/values.tsx";
import { routeOf, routes } from "../routes.ts";
import { serverNow, tick } from "../state/clock.ts";
import { locale, preferences, zone } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import { session } from "../state/session.ts";
import { connection, liveHealth, liveState } from "../state/stream.ts";
import { nextTheme, sheet } from "./keys.ts";
import { Sheets } from "./sheets.tsx";

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <div class="shell">
        <SideBar />
        <div class="main">
          <SimulatedBand />
          <LostBand />
          <Strip />
          <main id="main" class="page" tabIndex={-1}>
            {children}
          </main>
          <Foot />
        </div>
        <Tabs />
      </div>
      <Sheets />
      <Confirmation />
      <TermPopover />
      <Notices />
    </>
  );
}

function SideBar() {
  const here = routeOf(place.value.path);
  return (
    <header class="side">
      <div class="side-stay">
        <a class="brand" href="/">
          <Mark />
          orderflow
        </a>
        <nav class="nav" aria-label="Pages">
          {(["Trading", "Knowledge", "System"] as const).map((group) => (
            <div key={group}>
              <p class="nav-title">{group}</p>
              <ul>
                {routes
                  .filter((route) => route.group === group)
                  .map(({ path, label, icon }) => (
                    <li key={path}>
                      <a href={path} aria-current={here?.path === path ? "page" : undefined}>
                        <Icon name={icon} />
                        {label}
                      </a>
                    </li>
                  ))}
              </ul>
            </div>
          ))}
        </nav>
        <div class="side-foot">
          <ConnectionState />
          <Clock />
        </div>
      </div>
    </header>
  );
}

function ConnectionState() {
  const { is } = connection.value;
  const text = { opening: "Connecting", live: "Live", lost: "Connection lost" }[is];
  return (
    <span class={`nowrap ${is === "live" ? "up" : is === "lost" ? "down" : ""}`} data-connection={is}>
      <Shape name={is === "live" ? "circle" : is === "lost" ? "cross" : "ring"} /> {text}
    </span>
  );
}

function Clock() {
  tick.value;
  const { zone: chosen } = preferences.value;
  const name = chosen === "local" ? "local time" : chosen;
  return (
    <span>
      {timeOfDay(serverNow(), locale(), zone())} <span class="faint">{name}</span>
    </span>
  );
}

function SimulatedBand() {
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

function LostBand() {
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
function Strip() {
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
          <Status of={account?.trading_state} />
        </span>
        <span class="wide">
          <span class="label">Equity</span>
          <Usd value={account?.equity_usd} />
        </span>
        <span>
          <span class="label">Today</span>
          <Signed value={state?.today?.net_pnl_usd} />
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

function Foot() {
  const label = session.value?.label;
  return (
    <footer class="page-foot">
      orderflow {label?.version} · {label?.database} ·{" "}
      <button
        type="button"
        class="term"
        onClick={() => {
          sheet.value = "glossary";
        }}
      >
        Glossary
      </button>{" "}
      · <a href="/api/v1/openapi.json">API</a> · Charts: Lightweight Charts™, © 2026{" "}
      <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
        TradingView, Inc.
      </a>
    </footer>
  );
}

function Tabs() {
  const here = routeOf(place.value.path);
  const shown = routes.filter(({ path }) => ["/", "/tape", "/signals", "/positions"].includes(path));
  return (
    <nav class="tabs" aria-label="Main pages">
      {shown.map(({ path, label, icon }) => (
        <a key={path} href={path} aria-current={here?.path === path ? "page" : undefined}>
          <Icon name={icon} size={20} />
          {label}
        </a>
      ))}
      <button
        type="button"
        onClick={() => {
          sheet.value = "more";
        }}
      >
        <Icon name="more" size={20} />
        More
      </button>
    </nav>
  );
}
