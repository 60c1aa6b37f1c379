import { PayloadError } from "../../core/errors.ts";
import type { MarketInfo } from "../../core/market/market.ts";
import type { CatalogAnswer, MarketCatalog } from "../../ports/market-catalog.ts";
import type { GammaClient } from "./gamma-client.ts";
import { parseGammaMarket } from "./gamma-market.ts";

/** Token ids have 78 digits: more of them at once would not fit into a URL that every server takes. */
const IDS_PER_QUERY = 40;

/** Gamma leaves out closed markets unless asked for them, and then leaves out the open ones. */
const STATES = ["false", "true"] as const;

export function createGammaCatalog(client: GammaClient): MarketCatalog {
  async function fetchAll(parameter: string, ids: readonly string[], signal: AbortSignal): Promise<CatalogAnswer> {
    const infos = new Map<string, MarketInfo>();
    const unreadable: { id: string; reason: string }[] = [];
    for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
      const part = ids.slice(at, at + IDS_PER_QUERY).map((id) => [parameter, id] as const);
      const answers = await Promise.all(STATES.map((closed) => client.markets([...part, ["closed", closed]], signal)));
      for (const row of answers.flat()) {
        const read = readRow(row);
        if ("reason" in read) unreadable.push(read);
        else infos.set(read.marketId, read);
      }
    }
    return { infos: [...infos.values()], unreadable };
  }

  return {
    byMarket: (ids, signal) => fetchAll("condition_ids", ids, signal),
    byToken: (ids, signal) => fetchAll("clob_token_ids", ids, signal),
  };
}

/** A row that cannot be used must not take the others with it. */
export function readRow(row: unknown): MarketInfo | { readonly id: string; readonly reason: string } {
  try {
    return parseGammaMarket(row);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const { conditionId, id } = (typeof row === "object" && row !== null ? row : {}) as Record<string, unknown>;
    return { id: String(conditionId ?? id ?? "unknown").slice(0, 80), reason: error.message };
  }
}
