import { signal } from "@preact/signals";
import { routes } from "../routes.ts";
import { prefer, preferences } from "../state/preferences.ts";
import { goTo } from "../state/router.ts";

/** What lies over the page. */
export const sheet = signal<"help" | "palette" | "more" | "glossary" | null>(null);

const GO_WITHIN_MS = 1200;
let goneAt = Number.NEGATIVE_INFINITY;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function nextTheme(): void {
  const { theme } = preferences.value;
  prefer({ theme: theme === "system" ? "light" : theme === "light" ? "dark" : "system" });
}

/** Shortcuts as the help sheet lists them. */
export const shortcuts: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [["Ctrl", "K"], "Go anywhere: pages, a wallet, a market"],
  [["/"], "Into the search of this page"],
  [["?"], "This sheet"],
  [["y"], "Next theme: system, light, dark"],
  [["x"], "Glossary"],
  ...routes.map(({ key, label }) => [["g", key], label] as const),
];

function press(event: KeyboardEvent): void {
  const { key } = event;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    event.preventDefault();
    sheet.value = sheet.value === "palette" ? null : "palette";
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!preferences.value.shortcuts || document.querySelector("dialog[open]") !== null) return;
  const route = performance.now() - goneAt < GO_WITHIN_MS ? routes.find((one) => one.key === key) : undefined;
  goneAt = key === "g" ? performance.now() : Number.NEGATIVE_INFINITY;
  if (route !== undefined) goTo(route.path);
  else if (key === "?") sheet.value = "help";
  else if (key === "x") sheet.value = "glossary";
  else if (key === "y") nextTheme();
  else if (key === "/") {
    const search = document.querySelector<HTMLInputElement>("input[type=search]");
    if (search === null) return;
    event.preventDefault();
    search.focus();
  }
}

export const listenToKeys = (): void => addEventListener("keydown", press);
