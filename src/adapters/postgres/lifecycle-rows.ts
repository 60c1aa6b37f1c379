/** Writing effects: one row a leg. */
import { sql, type Transaction } from "kysely";
import { type EffectLeg, legsOf } from "../../core/chain/effect-legs.ts";
import type { LifecycleEffect } from "../../core/chain/lifecycle-effect.ts";
import type { StoredEffect } from "../../ports/lifecycle.ts";
import { delayMs } from "./chain-rows.ts";
import * as codec from "./codecs.ts";
import type { Database } from "./connect.ts";
import type { DictionaryUse } from "./dictionary.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;

/** As in flow.lifecycle.kind. */
export const EFFECT_KINDS: readonly LifecycleEffect["kind"][] = [
  "split",
  "merge",
  "redeem",
  "convert",
  "migrate",
  "transfer",
];
export const kindCode = (kind: LifecycleEffect["kind"]): number => EFFECT_KINDS.indexOf(kind) + 1;

/** In the order of `legRow`. */
const COLUMNS = [
  ...["occurred_at", "amount_micros", "cash_micros", "block_number", "log_index", "wallet_key", "other_key"],
  ...["token_key", "known_delay_ms", "ordinal", "leg", "kind", "is_combo"],
];
const PARTITION_BLOCKS = 50_000;

type Row = { readonly stored: StoredEffect; readonly leg: EffectLeg; readonly place: number };
type Keys = readonly (number | undefined)[];

function legRow({ stored: { effect, occurredAt, knownAt }, leg, place }: Row, keys: Keys): string {
  const fields = [
    ...[codec.copyTs(occurredAt), leg.amount, leg.cash, effect.blockNumber, effect.logIndex, ...keys],
    ...[delayMs(knownAt - occurredAt), effect.ordinal, place, kindCode(effect.kind)],
    codec.copyBool(effect.assetClass === "combo"),
  ];
  return `${fields.join("\t")}\n`;
}

/** @returns rows written. */
export async function insertEffects(
  db: Database,
  trx: Trx,
  effects: readonly StoredEffect[],
  keys: DictionaryUse,
): Promise<number> {
  const rows = effects.flatMap((stored) => legsOf(stored.effect).map((leg, place): Row => ({ stored, leg, place })));
  if (rows.length === 0) return 0;
  const wallets = await keys.walletKeys(rows.map(({ leg }) => leg.wallet));
  const others = await keys.walletKeys(rows.map(({ leg }) => leg.other));
  const tokens = await keys.tokenKeys(rows.map(({ leg }) => leg.tokenId));
  const partitions = new Set(effects.map(({ effect }) => Math.floor(effect.blockNumber / PARTITION_BLOCKS)));
  for (const partition of partitions) {
    await sql`SELECT flow.ensure_lifecycle_partition(${partition * PARTITION_BLOCKS}::int)`.execute(trx);
  }
  await db.copyInto(
    trx,
    "flow.lifecycle",
    COLUMNS,
    rows.map((row, index) => legRow(row, [wallets[index], others[index], tokens[index]])),
  );
  return rows.length;
}
