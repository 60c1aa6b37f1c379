import { sql } from "kysely";
import type { HeldHint, HintStore } from "../../ports/trade-hint.ts";
import { boolArray, bytesArray, int4Array, int8Array, numericArray, textArray, ts, tsArray } from "./codecs.ts";
import { type Database, repeatableTransaction } from "./connect.ts";

/** Written by the listener alone. */
export const createHintStore = (db: Database): HintStore => ({
  async save(held) {
    const rows = distinct(held);
    if (rows.length === 0) return;
    const hints = rows.map(({ hint }) => hint);
    const matches = rows.map(({ match }) => match);
    await repeatableTransaction(db, (trx) =>
      sql`
        INSERT INTO flow.hinted_fill AS h (source, tx_hash, wallet, token_id, is_sell, size_micros, price_micros,
          condition_id, occurred_at, received_at, log_received_at, block_number, log_index)
        SELECT * FROM unnest(${textArray(hints.map((hint) => hint.source))}, ${bytesArray(hints.map((hint) => hint.txHash))},
          ${bytesArray(hints.map((hint) => hint.wallet))}, ${numericArray(hints.map((hint) => hint.tokenId))},
          ${boolArray(hints.map((hint) => hint.side === "SELL"))}, ${int8Array(hints.map((hint) => hint.size))},
          ${int8Array(hints.map((hint) => hint.price))}, ${bytesArray(hints.map((hint) => hint.marketId))},
          ${tsArray(hints.map((hint) => hint.occurredAt))}, ${tsArray(hints.map((hint) => hint.receivedAt))},
          ${tsArray(matches.map((match) => match?.logReceivedAt ?? null))},
          ${int4Array(matches.map((match) => match?.blockNumber ?? null))},
          ${int4Array(matches.map((match) => match?.logIndex ?? null))})
        ON CONFLICT (tx_hash, wallet, token_id, is_sell, size_micros, source) DO UPDATE SET
          log_received_at = excluded.log_received_at, block_number = excluded.block_number,
          log_index = excluded.log_index
        WHERE h.log_received_at IS NULL AND excluded.log_received_at IS NOT NULL`.execute(trx),
    );
  },
  async prune(before) {
    await repeatableTransaction(db, (trx) =>
      sql`DELETE FROM flow.hinted_fill WHERE received_at < ${ts(before)}`.execute(trx),
    );
  },
});

/** One statement may touch a row once; of several entries for a hint the one with a match counts. */
function distinct(held: readonly HeldHint[]): readonly HeldHint[] {
  const rows = new Map<string, HeldHint>();
  for (const each of held) {
    const { source, txHash, wallet, tokenId, side, size } = each.hint;
    const key = `${source} ${txHash} ${wallet} ${tokenId} ${side} ${size}`;
    if ((rows.get(key)?.match ?? null) === null) rows.set(key, each);
  }
  return [...rows.values()];
}
