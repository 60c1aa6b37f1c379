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
  /** Finds or makes the keys of all these; `walletKey` and `tokenKey` answer for them afterwards. */
  resolve(wallets: Iterable<Address>, tokens: Iterable<TokenId>): Promise<void>;
  walletKey(wallet: Address): number;
  tokenKey(token: TokenId): number;
  keep(): void;
};

const WALLETS_CACHED = 200_000;
const TOKENS_CACHED = 100_000;

type Row = { id: string; key: number };

const wallets = {
  find: (ids: readonly string[]) => sql<Row>`SELECT address AS id, wallet_key AS key FROM flow.wallet
    WHERE address = ANY(${bytesArray(ids)})`,
  add: (ids: readonly string[]) => sql<Row>`INSERT INTO flow.wallet (address) SELECT unnest(${bytesArray(ids)})
    RETURNING address AS id, wallet_key AS key`,
};

const tokens = {
  find: (ids: readonly string[]) => sql<Row>`SELECT token_id AS id, token_key AS key FROM flow.token
    WHERE token_id = ANY(${numericArray(ids)})`,
  add: (ids: readonly string[]) => sql<Row>`INSERT INTO flow.token (token_id) SELECT unnest(${numericArray(ids)})
    RETURNING token_id AS id, token_key AS key`,
};

type Kind = { find(ids: readonly string[]): RawBuilder<Row>; add(ids: readonly string[]): RawBuilder<Row> };

async function resolveKeys(
  trx: Transaction<Schema>,
  kind: Kind,
  cache: KeyCache,
  pending: Map<string, number>,
  ids: Iterable<string>,
): Promise<void> {
  const missing = new Set<string>();
  for (const id of ids) {
    if (pending.has(id)) continue;
    const key = cache.get(id);
    if (key === undefined) missing.add(id);
    else pending.set(id, key);
  }
  if (missing.size === 0) return;
  for (const { id, key } of (await kind.find([...missing]).execute(trx)).rows) {
    pending.set(id, key);
    missing.delete(id);
  }
  if (missing.size === 0) return;
  for (const { id, key } of (await kind.add([...missing]).execute(trx)).rows) pending.set(id, key);
}

export function createDictionary(): Dictionary {
  const walletCache = createKeyCache(WALLETS_CACHED);
  const tokenCache = createKeyCache(TOKENS_CACHED);
  const keyOf = (pending: Map<string, number>, id: string): number => {
    const key = pending.get(id);
    assert(key !== undefined, "keys are resolved before they are used", { id });
    return key;
  };
  return {
    begin(trx) {
      const walletKeys = new Map<string, number>();
      const tokenKeys = new Map<string, number>();
      return {
        async resolve(walletIds, tokenIds) {
          await resolveKeys(trx, wallets, walletCache, walletKeys, walletIds);
          await resolveKeys(trx, tokens, tokenCache, tokenKeys, tokenIds);
        },
        walletKey: (wallet) => keyOf(walletKeys, wallet),
        tokenKey: (token) => keyOf(tokenKeys, token),
        keep() {
          for (const [id, key] of walletKeys) walletCache.set(id, key);
          for (const [id, key] of tokenKeys) tokenCache.set(id, key);
        },
      };
    },
  };
}
