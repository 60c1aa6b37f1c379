/** Filters, each living in the address. */
import { place, setQuery } from "../state/router.ts";
import { TIERS } from "./values.tsx";

type SelectProps = {
  readonly label: string;
  /** Name in the address. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, label: string])[];
};

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

export const TierSelect = () => (
  <Select label="Tier" name="tier" options={[["", "all"], ...TIERS.map((tier) => [tier, tier] as const)]} />
);

const ADDRESS = /^0x[0-9a-f]{40}$/;

/** Of a whole address; less would find nothing. */
export const WalletSearch = () => (
  <Search
    label="Wallet address"
    name="wallet"
    placeholder="Wallet 0x…"
    clean={(text) => (ADDRESS.test(text.trim().toLowerCase()) ? text.trim().toLowerCase() : "")}
  />
);
