import type { ComponentChildren } from "preact";
import { API } from "../state/api.ts";
import type { Paged } from "../state/paged.ts";
import { place, setQuery } from "../state/router.ts";
import { Icon } from "./icons.tsx";
import { Show } from "./states.tsx";
import { type Column, Table } from "./table.tsx";

/** All rows that the question finds, not only those on the screen. */
export const CsvLink = ({ path, name }: { path: string; name: string }) => (
  <a
    class="button quiet"
    href={`${API}${path}${path.includes("?") ? "&" : "?"}format=csv`}
    download
    aria-label={`Download ${name} as CSV`}
  >
    <Icon name="download" size={14} /> CSV
  </a>
);

type ListProps<Row> = {
  readonly name: string;
  readonly paged: Paged<Row>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly sortAs?: string;
  readonly empty: ComponentChildren;
  readonly isFresh?: (row: Row) => boolean;
};

/** A table that comes by pages. */
export const List = <Row,>({ paged, ...table }: ListProps<Row>) => (
  <Show asked={paged} what={table.name.toLowerCase()}>
    {() => (
      <Table
        {...table}
        rows={paged.rows}
        foot={
          <>
            <span>
              {paged.rows.length} shown{paged.more === null ? ", which is all" : ""}
            </span>
            {paged.more === null ? null : (
              <button type="button" class="button" disabled={paged.isMoreAsked} onClick={paged.more}>
                {paged.isMoreAsked ? "Reading…" : "Show more"}
              </button>
            )}
          </>
        }
      />
    )}
  </Show>
);

type SelectProps = {
  readonly label: string;
  /** Name in the address. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, label: string])[];
};

/** A filter that lives in the address. */
export const Select = ({ label, name, options }: SelectProps) => (
  <label class="field">
    {label}
    <select
      value={place.value.query.get(name) ?? ""}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
    >
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

type SearchProps = { label: string; name: string; placeholder: string; clean?: (text: string) => string };

const PAUSE_MS = 250;
let waiting = 0;

/** The same as words; the question follows when the hands rest. */
export const Search = ({ label, name, placeholder, clean = (text) => text }: SearchProps) => (
  <label class="field">
    <span class="unseen">{label}</span>
    <input
      type="search"
      placeholder={placeholder}
      defaultValue={place.value.query.get(name) ?? ""}
      onInput={({ currentTarget }) => {
        clearTimeout(waiting);
        waiting = window.setTimeout(() => setQuery({ [name]: clean(currentTarget.value) }), PAUSE_MS);
      }}
    />
  </label>
);

export const NumberField = ({ label, name, unit }: { label: string; name: string; unit?: string }) => (
  <label class="field">
    {label}
    <input
      type="number"
      min="0"
      step="any"
      placeholder={unit}
      value={place.value.query.get(name) ?? ""}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
    />
  </label>
);

type ChoiceProps = { label: string; name: string; options: SelectProps["options"]; start: string };

/** A filter of few values, all in sight. */
export const Choice = ({ label, name, options, start }: ChoiceProps) => {
  const chosen = place.value.query.get(name) ?? start;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a frame
    <div class="choice" role="group" aria-label={label}>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={chosen === value}
          onClick={() => setQuery({ [name]: value === start ? null : value })}
        >
          {text}
        </button>
      ))}
    </div>
  );
};
