import { signal } from "@preact/signals";

/** Where the person is: the path names the page and the thing, the query holds its filters, so every view has a link. */
export type Place = { readonly path: string; readonly query: URLSearchParams };

const read = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const place = signal<Place>(read());

addEventListener("popstate", () => {
  place.value = read();
});

export function goTo(href: string): void {
  if (href === location.pathname + location.search) return;
  history.pushState(null, "", href);
  place.value = read();
  scrollTo(0, 0);
}

/** Sets filters; an empty value takes the filter out. Replaces the entry, so that Back leaves the page. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, "", place.value.path + (text === "" ? "" : `?${text}`));
  place.value = read();
}

/** Follows links inside the pages without loading them anew. */
export function followLinks(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  ) {
    return;
  }
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname.startsWith("/api/") || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  goTo(link.pathname + link.search);
}
