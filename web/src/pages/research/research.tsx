import type { ComponentType } from "preact";
import { Choice } from "../../parts/filters.tsx";
import { PageHead } from "../../parts/panel.tsx";
import { place } from "../../state/router.ts";
import { Backtests, Models, Sweeps, Tables } from "./lists.tsx";

const shelves: Readonly<Record<string, ComponentType>> = {
  backtests: Backtests,
  sweeps: Sweeps,
  tables: Tables,
  models: Models,
};

export function ResearchPage() {
  const Shelf = shelves[place.value.query.get("show") ?? "backtests"] ?? Backtests;
  return (
    <>
      <PageHead title="Research" about="What the rules would have done, and what the past says of wallets and prices.">
        <Choice
          label="Kind of report"
          name="show"
          start="backtests"
          options={[
            ["backtests", "Backtests"],
            ["sweeps", "Sweeps"],
            ["tables", "Tables"],
            ["models", "Models"],
          ]}
        />
      </PageHead>
      <Shelf />
    </>
  );
}
