import { useState } from "preact/hooks";
import { plain } from "../format/text.ts";
import { Icon } from "../parts/icons.tsx";
import { type Rows, withQuery } from "../state/api.ts";
import { useAsked } from "../state/asked.ts";
import { place, setQuery } from "../state/router.ts";
import type { Market, MarketPage } from "../state/rows.ts";

const MARKET_ID = /^0x([0-9a-f]{62}|[0-9a-f]{64})$/;

/** A market of the address by its title; without one, words of a title find it, or its id. */
export function MarketFilter() {
  const id = place.value.query.get("market") ?? "";
  const chosen = useAsked<MarketPage>(MARKET_ID.test(id) ? `/markets/${id}` : null);
  if (id === "") return <MarketSearch />;
  return (
    <button type="button" class="button" onClick={() => setQuery({ market: null })}>
      <span dir="auto">{plain(chosen.value?.title ?? id)}</span>
      <Icon name="close" size={13} />
      <span class="unseen">Show all markets</span>
    </button>
  );
}

function MarketSearch() {
  const [words, setWords] = useState("");
  const search = words.trim();
  const found = useAsked<Rows<Market>>(
    search.length < 2 || search.startsWith("0x") ? null : withQuery("/markets", { search, sort: "ends_at", limit: 12 }),
  );
  const titles = found.value?.rows.filter(({ title }) => title !== null) ?? [];
  const choose = (text: string): void => {
    setWords(text);
    const wanted = text.trim();
    const id = MARKET_ID.test(wanted.toLowerCase())
      ? wanted.toLowerCase()
      : titles.find(({ title }) => plain(title ?? "") === wanted)?.market_id;
    if (id !== undefined) setQuery({ market: id });
  };
  return (
    <label class="field">
      <span class="unseen">Market, by words of its title or its id</span>
      <input
        type="search"
        list="markets-found"
        placeholder="Market: words or 0x…"
        value={words}
        onInput={(event) => choose(event.currentTarget.value)}
      />
      <datalist id="markets-found">
        {titles.map(({ market_id: market, title }) => (
          <option key={market} value={plain(title ?? "")} />
        ))}
      </datalist>
    </label>
  );
}
