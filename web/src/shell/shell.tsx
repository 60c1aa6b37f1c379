import type { ComponentChildren } from "preact";
import { timeOfDay } from "../format/times.ts";
import { Confirmation } from "../parts/dialog.tsx";
import { Icon, Mark, Shape } from "../parts/icons.tsx";
import { Notices } from "../parts/notices.tsx";
import { TermPopover } from "../parts/term.tsx";
import { routeOf, routes } from "../routes.ts";
import { serverNow, tick } from "../state/clock.ts";
import { locale, preferences, zone } from "../state/preferences.ts";
import { place } from "../state/router.ts";
import { session } from "../state/session.ts";
import { connection } from "../state/stream.ts";
import { sheet } from "./keys.ts";
import { SessionButton } from "./session-button.tsx";
import { Sheets } from "./sheets.tsx";
import { LostBand, SimulatedBand, Strip } from "./strip.tsx";

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
          <SessionButton />
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
