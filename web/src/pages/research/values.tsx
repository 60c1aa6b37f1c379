/** Values that only reports have. */
import { count, decimal, UNKNOWN, usd } from "../../format/numbers.ts";
import { plain } from "../../format/text.ts";
import { days } from "../../format/times.ts";
import { Signed } from "../../parts/values.tsx";
import { locale, zone } from "../../state/preferences.ts";
import type { Sweep } from "../../state/rows.ts";

type Stretch = { readonly from_at: string; readonly to_at: string };

export const spanText = ({ from_at: from, to_at: to }: Stretch): string =>
  days(Date.parse(from), Date.parse(to), locale(), zone());

export const Span = ({ of }: { of: Stretch }) => <span class="nowrap">{spanText(of)}</span>;

/** minScore 6, 7, 8 × kelly 0.1, 0.25 */
export const gridText = (grid: Sweep["grid"]): string =>
  plain(
    Object.entries(grid)
      .map(([name, values]) => `${name} ${values.map((value) => value ?? "none").join(", ")}`)
      .join(" × "),
  );

export function Progress({ of: { done, variants } }: { of: Pick<Sweep, "done" | "variants"> }) {
  const text = `${count(done, locale())} of ${count(variants, locale())}`;
  return (
    <span class="progress nowrap">
      <progress max={variants} value={done} aria-label={`${text} variants are done`} />
      {text}
    </span>
  );
}

/** In the unit of what the sweep looked for. */
export function SweepValue({ of, value }: { of: Pick<Sweep, "objective">; value: number | null }) {
  if (value === null) return <span class="faint">{UNKNOWN}</span>;
  if (of.objective === "edge") return <Signed value={value} as="share" />;
  return (
    <span class="nowrap">
      {of.objective === "profit" ? `${usd(value, locale(), true)} a day` : decimal(value, 2, locale(), true)}
    </span>
  );
}
