import { useEffect, useState } from "preact/hooks";
import { ask, type Rows } from "./api.ts";
import { type Asked, type AskOptions, useAsked } from "./asked.ts";

export type Paged<T> = Asked<Rows<T>> & {
  /** Of all pages that were asked for. */
  readonly rows: readonly T[];
  /** null: there is no more. */
  readonly more: (() => void) | null;
  readonly isMoreAsked: boolean;
};

/** A table by pages: the first is kept fresh, later ones are added on demand and stay as they were. */
export function usePaged<T>(path: string, options: AskOptions, keyOf: (row: T) => string): Paged<T> {
  const first = useAsked<Rows<T>>(path, options);
  const [later, setLater] = useState<{ path: string; rows: readonly T[]; next: string | null } | null>(null);
  const [isMoreAsked, setAsked] = useState(false);
  useEffect(() => setLater(null), [path]);
  const added = later?.path === path ? later : null;
  const next = added === null ? (first.value?.next ?? null) : added.next;
  const seen = new Set(first.value?.rows.map(keyOf));
  const rows = [...(first.value?.rows ?? []), ...(added?.rows.filter((row) => !seen.has(keyOf(row))) ?? [])];
  const more = async (): Promise<void> => {
    if (next === null) return;
    setAsked(true);
    const separator = path.includes("?") ? "&" : "?";
    const page = await ask<Rows<T>>(`${path}${separator}cursor=${encodeURIComponent(next)}`).catch(() => null);
    setAsked(false);
    if (page !== null) setLater({ path, rows: [...(added?.rows ?? []), ...page.rows], next: page.next });
  };
  return { ...first, rows, more: next === null ? null : () => void more(), isMoreAsked };
}
