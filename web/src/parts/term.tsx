import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Entry, lookUp } from "../glossary/glossary.ts";

type Shown = { readonly entry: Entry; readonly beside: HTMLElement };
const shown = signal<Shown | null>(null);

/** A word of the glossary: shows what it means here. Names that the glossary lacks stay plain. */
export function Term({ name, children }: { name: string; children?: ComponentChildren }) {
  const entry = lookUp(name);
  const text = children ?? name;
  if (entry === undefined) return <>{text}</>;
  return (
    <button
      type="button"
      class="term"
      aria-haspopup="dialog"
      onClick={(event) => {
        event.stopPropagation();
        const beside = event.currentTarget;
        shown.value = shown.value?.beside === beside ? null : { entry, beside };
      }}
    >
      {text}
    </button>
  );
}

/** The same beside a label that does something else when it is pressed. */
export const TermMark = ({ name }: { name: string }) => (
  <span class="term-mark">
    <Term name={name}>
      <span aria-hidden="true">?</span>
      <span class="unseen">What is {name}?</span>
    </Term>
  </span>
);

/** One for the whole page. */
export function TermPopover() {
  const box = useRef<HTMLDivElement>(null);
  const now = shown.value;
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || now === null) return;
    const { left, bottom, top } = now.beside.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const below = bottom + 6 + height < innerHeight;
    element.style.left = `${Math.max(12, Math.min(left, innerWidth - width - 12))}px`;
    element.style.top = `${below ? bottom + 6 : Math.max(12, top - height - 6)}px`;
    element.focus();
  }, [now]);
  useEffect(() => {
    if (now === null) return;
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape") return;
        now.beside.focus();
      } else if (event.type === "click" && box.current?.contains(event.target as Node)) return;
      shown.value = null;
    };
    for (const kind of ["click", "keydown", "scroll"]) addEventListener(kind, close, true);
    return () => {
      for (const kind of ["click", "keydown", "scroll"]) removeEventListener(kind, close, true);
    };
  }, [now]);
  if (now === null) return null;
  const { term, identifiers, meaning } = now.entry;
  return (
    <div ref={box} class="popover" role="dialog" aria-label={term} tabIndex={-1}>
      <b>{term}</b>
      <p>{meaning}</p>
      {identifiers.length === 0 ? null : <p class="mono small">{identifiers.join(", ")}</p>}
    </div>
  );
}
