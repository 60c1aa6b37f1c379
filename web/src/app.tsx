import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { HealthPage } from "./pages/health.tsx";
import { Login } from "./pages/login.tsx";
import { MarketPage } from "./pages/market.tsx";
import { MarketsPage } from "./pages/markets.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { PerformancePage } from "./pages/performance.tsx";
import { PositionPage } from "./pages/position.tsx";
import { PositionsPage } from "./pages/positions.tsx";
import { BacktestPage } from "./pages/research/backtest.tsx";
import { ModelPage } from "./pages/research/model.tsx";
import { ResearchPage } from "./pages/research/research.tsx";
import { SweepPage, TablePage } from "./pages/research/sweep.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { SignalPage } from "./pages/signal.tsx";
import { SignalsPage } from "./pages/signals.tsx";
import { TapePage } from "./pages/tape.tsx";
import { WalletPage } from "./pages/wallet.tsx";
import { WalletsPage } from "./pages/wallets.tsx";
import { Awaiting, Catcher, Failed, Nothing } from "./parts/states.tsx";
import { routeOf } from "./routes.ts";
import { Shell } from "./shell/shell.tsx";
import { followLinks, place } from "./state/router.ts";
import { loadSession, mayLook, session, sessionError } from "./state/session.ts";
import { keepStreamOpen } from "./state/stream.ts";

type PageProps = { readonly id: string };

const pages: Readonly<Record<string, ComponentType>> = {
  "/": OverviewPage,
  "/tape": TapePage,
  "/signals": SignalsPage,
  "/positions": PositionsPage,
  "/wallets": WalletsPage,
  "/markets": MarketsPage,
  "/performance": PerformancePage,
  "/research": ResearchPage,
  "/health": HealthPage,
  "/settings": SettingsPage,
};

const things: Readonly<Record<string, ComponentType<PageProps>>> = {
  "/signals": SignalPage,
  "/positions": PositionPage,
  "/wallets": WalletPage,
  "/markets": MarketPage,
  "/research": BacktestPage,
  "/research/sweep": SweepPage,
  "/research/table": TablePage,
  "/research/model": ModelPage,
};

function Page() {
  const { path } = place.value;
  const route = routeOf(path);
  useEffect(() => {
    document.title = `${route?.label ?? "Not found"} · orderflow`;
  }, [route]);
  const Whole = pages[path];
  if (Whole !== undefined) return <Whole />;
  const [, base = "", id = ""] = /^(.+)\/([^/]+)$/.exec(path) ?? [];
  const Thing = things[base];
  if (Thing !== undefined && id !== "") return <Thing key={path} id={decodeURIComponent(id)} />;
  return (
    <>
      <h1>Not found</h1>
      <div class="panel">
        <Nothing title={`There is no page at ${path}`}>
          <a href="/">Go to the overview</a>
        </Nothing>
      </div>
    </>
  );
}

export function App() {
  useEffect(() => {
    addEventListener("click", followLinks);
    void loadSession();
    return () => removeEventListener("click", followLinks);
  }, []);
  const own = session.value;
  const isAllowed = own !== null && mayLook.value;
  useEffect(() => (isAllowed ? keepStreamOpen() : undefined), [isAllowed]);
  if (own === null) {
    const alone = sessionError.value === null ? <Awaiting what="the dashboard" /> : null;
    return (
      <main class="page">
        <h1 class="unseen">orderflow</h1>
        {alone ?? <Failed error={sessionError.value} retry={() => void loadSession()} />}
      </main>
    );
  }
  if (!isAllowed || place.value.path === "/login") return <Login />;
  return (
    <Shell>
      <Catcher key={place.value.path}>
        <Page />
      </Catcher>
    </Shell>
  );
}
