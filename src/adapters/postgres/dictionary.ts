import { type RawBuilder, sql, type Transaction } from "kysely";
import { assert } from "../../core/assert.ts";
import type { Address, TokenId } from "../../core/ids/ids.ts";
import { bytesArray, numericArray } from "./codecs.ts";
import { createKeyCache, type KeyCache } from "./key-cache.ts";
import type { Schema } from "./schema.ts";

/** Integer keys of wallets and tokens. Rows are only ever added, so a key once committed stays true. */
export type Dictionary = {
  /** Keys for one transaction; call `keep` after its commit and not otherwise, because a rollback takes new rows away. */
  begin(trx: Transaction<Schema>): DictionaryUse;
};

export type DictionaryUse = {
  /** Finds or makes the keys of all these, in their order; 0 for null. */
  walletKeys(wallets: readonly (Address | null)[]): Promise<Int32Array>;
  tokenKeys(tokens: readonly TokenId[]): Promise<Int32Array>;
  keep(): void;
};

const WALLETS_CACHED = 200_000;
const TOKENS_CACHED = 100_000;

type Row = { id: string; key: number };

/** In one statement, because each would wait for its turn. New ones get their keys in the order in which they were asked for. */
const wallets = (ids: readonly string[]) => sql<Row>`
  WITH asked AS (SELECT * FROM unnest(${bytesArray(ids)}) WITH ORDINALITY AS a (address, place)),
  found AS (SELECT w.address, w.wallet_key FROM flow.wallet w JOIN asked USING (address)),
  -- Imports of accounts add wallets too: one that came in between is returned as well.
  added AS (INSERT INTO flow.wallet (address)
    SELECT address FROM asked WHERE NOT EXISTS (SELECT FROM found WHERE found.address = asked.address) ORDER BY place
    ON CONFLICT (address) DO UPDATE SET address = excluded.address RETURNING address, wallet_key)
  SELECT address AS id, wallet_key AS key FROM found UNION ALL SELECT address, wallet_key FROM added`;

const tokens = (ids: readonly string[]) => sql<Row>`
  WITH asked AS (SELECT * FROM unnest(${numericArray(ids)}) WITH ORDINALITY AS a (token_id, place)),
  found AS (SELECT t.token_id, t.token_key FROM flow.token t JOIN asked USING (token_id)),
  added AS (INSERT INTO flow.token (token_id)
    SELECT token_id FROM asked WHERE NOT EXISTS (SELECT FROM found WHERE found.token_id = asked.token_id) ORDER BY place
    RETURNING token_id, token_key)
  SELECT token_id AS id, token_key AS key FROM found UNION ALL SELECT token_id, token_key FROM added`;

type FindOrAdd = (ids: readonly string[]) => RawBuilder<Row>;

/**
 * One lookup for each id, as this runs for every fill, and none for one that has just been seen: both legs of a match name
 * the taker and a token. `fresh` holds what the transaction itself has read or made.
 */
async function resolveKeys(
  trx: Transaction<Schema>,
  findOrAdd: FindOrAdd,
  cache: KeyCache,
  fresh: Map<string, number>,
  ids: readonly (string | null)[],
): Promise<Int32Array> {
  const keys = new Int32Array(ids.length);
  const open: number[] = [];
  let last: string | null = null;
  let lastKey: number | undefined;
  for (let index = 0; index < ids.length; index += 1) {
    const id = ids[index] as string | null;
    if (id === null) continue;
    if (id !== last) {
      last = id;
      lastKey = cache.get(id) ?? fresh.get(id);
    }
    if (lastKey === undefined) open.push(index);
    else keys[index] = lastKey;
  }
  if (open.length === 0) return keys;
  const missing = new Set(open.map((index) => ids[index] as string));
  for (const { id, key } of (await findOrAdd([...missing]).execute(trx)).rows) fresh.set(id, key);
  for (const index of open) {
    const key = fresh.get(ids[index] as string);
    assert(key !== undefined, "every id has a key once it was added", { id: ids[index] as string });
    keys[index] = key;
  }
  return keys;
}

export function createDictionary(): Dictionary {
  const walletCache = createKeyCache(WALLETS_CACHED);
  const tokenCache = createKeyCache(TOKENS_CACHED);
  return {
    begin(trx) {
      const freshWallets = new Map<string, number>();
      const freshTokens = new Map<string, number>();
      return {
        walletKeys: (ids) => resolveKeys(trx, wallets, walletCache, freshWallets, ids),
        tokenKeys: (ids) => resolveKeys(trx, tokens, tokenCache, freshTokens, ids),
        keep() {
          for (const [id, key] of freshWallets) walletCache.set(id, key);
          for (const [id, key] of freshTokens) tokenCache.set(id, key);
        },
      };
    },
  };
}
