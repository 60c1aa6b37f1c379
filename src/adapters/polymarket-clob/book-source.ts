import type { BookSource } from "../../ports/book-source.ts";
import { type ClobClientOptions, createClobClient } from "./clob-client.ts";
import { parseBook, parseTerms } from "./parse-book.ts";

/** Books and trading terms over the CLOB's REST: `GET /book` and `GET /clob-markets/{condition}`. */
export function createClobBookSource(options: ClobClientOptions): BookSource {
  const client = createClobClient(options);
  return {
    async fetchBook(tokenId, signal) {
      const payload = await client.get(`/book?token_id=${tokenId}`, signal);
      return payload === null ? null : parseBook(payload, tokenId);
    },
    async fetchTerms(marketId, signal) {
      const payload = await client.get(`/clob-markets/${marketId}`, signal);
      return payload === null ? null : parseTerms(payload);
    },
  };
}
