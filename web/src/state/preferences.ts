import { effect, signal } from "@preact/signals";

export type Preferences = {
  readonly theme: "system" | "light" | "dark";
  /** IANA name; "local": that of the browser. */
  readonly zone: string;
  /** BCP 47; "browser": its own. */
  readonly locale: string;
  /** Single keys can be in the way of speech control and screen readers. */
  readonly shortcuts: boolean;
};

const KEY = "orderflow.preferences";
const defaults: Preferences = { theme: "system", zone: "local", locale: "browser", shortcuts: true };

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof stored === "object" ? { ...defaults, ...stored } : defaults;
  } catch {
    return defaults;
  }
}

export const preferences = signal<Preferences>(load());

export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // Storage may be refused: the choice then holds until the page is closed.
  }
}

effect(() => {
  const { theme } = preferences.value;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
/** Changes whenever colours do, for what is painted on a canvas. */
export const isDark = signal(false);
const settle = (): void => {
  const { theme } = preferences.value;
  isDark.value = theme === "system" ? darkSystem.matches : theme === "dark";
};
effect(settle);
darkSystem.addEventListener("change", settle);

export const locale = (): string | undefined => {
  const chosen = preferences.value.locale;
  return chosen === "browser" ? undefined : chosen;
};
export const zone = (): string | undefined => {
  const chosen = preferences.value.zone;
  return chosen === "local" ? undefined : chosen;
};
