import type { IconName } from "./parts/icons.tsx";

/** Every page: its place, its key after `g`, and the group of the side bar it stands in. */
export type Route = {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly key: string;
  readonly group: "Trading" | "Knowledge" | "System";
};

export const routes: readonly Route[] = [
  { path: "/", label: "Overview", icon: "overview", key: "o", group: "Trading" },
  { path: "/tape", label: "Tape", icon: "tape", key: "t", group: "Trading" },
  { path: "/signals", label: "Signals", icon: "signals", key: "s", group: "Trading" },
  { path: "/positions", label: "Positions", icon: "positions", key: "p", group: "Trading" },
  { path: "/wallets", label: "Wallets", icon: "wallets", key: "w", group: "Knowledge" },
  { path: "/markets", label: "Markets", icon: "markets", key: "m", group: "Knowledge" },
  { path: "/performance", label: "Performance", icon: "performance", key: "e", group: "Knowledge" },
  { path: "/research", label: "Research", icon: "research", key: "r", group: "Knowledge" },
  { path: "/health", label: "Health", icon: "health", key: "h", group: "System" },
  { path: "/settings", label: "Settings", icon: "settings", key: "c", group: "System" },
];

/** The page that a path belongs to: /wallets/0x… to /wallets. */
export const routeOf = (path: string): Route | undefined =>
  routes.find((route) =>
    route.path === "/" ? path === "/" : path === route.path || path.startsWith(`${route.path}/`),
  );
