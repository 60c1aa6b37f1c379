/** Writing what is known of markets, wallets and contracts besides their trades, and taking it back. */
import { sql, type Transaction } from "kysely";
import { familyOf } from "../../core/chain/decode-owner.ts";
import { INFRASTRUCTURE_TABLE } from "../../core/chain/infrastructure.ts";
import { DAY_MS, type EpochMs } from "../../core/time/time.ts";
import type { AlertFacts } from "../../ports/alert-outbox.ts";
import type { FactsRecord } from "../../ports/lifecycle.ts";
import { linkTokens } from "./chain-rows.ts";
import * as codec from "./codecs.ts";
import type { KeyCache } from "./key-cache.ts";
import type { Schema } from "./schema.ts";

type Trx = Transaction<Schema>;
type IsNew = (block: number) => boolean;

/** An upgrade that history tells of is none. */
const NEWS_MS = DAY_MS;

/** What was committed by this process: it need not be written again. */
export type FactsMemory = { readonly markets: KeyCache; readonly owners: KeyCache };

const unknownTo = <Item>(memory: KeyCache, items: readonly Item[], idOf: (item: Item) => string): readonly Item[] =>
  items.filter((item) => memory.get(idOf(item)) === undefined);

/** @returns a function to call after the commit. */
export async function insertFacts(
  trx: Trx,
  facts: FactsRecord,
  isNew: IsNew,
  memory: FactsMemory,
  at: EpochMs,
): Promise<() => void> {
  const markets = unknownTo(memory.markets, facts.protocolMarkets, ({ marketId }) => marketId);
  const owners = unknownTo(memory.owners, facts.owners, ({ owner }) => owner);
  await insertProtocolMarkets(trx, markets);
  await insertCombos(
    trx,
    facts.combos.filter(({ blockNumber }) => isNew(blockNumber)),
  );
  await insertEvents(trx, facts, isNew);
  await insertOwners(trx, owners);
  await insertContracts(trx, facts, isNew, at);
  return () => {
    for (const { marketId } of markets) memory.markets.set(marketId, 1);
    for (const { owner } of owners) memory.owners.set(owner, 1);
  };
}

/** They are never prepared by an event that names their tokens, and need none. */
async function insertProtocolMarkets(trx: Trx, markets: FactsRecord["protocolMarkets"]): Promise<void> {
  if (markets.length === 0) return;
  await sql`
    INSERT INTO flow.market AS m (condition_id, neg_risk)
    SELECT * FROM unnest(${codec.bytesArray(markets.map(({ marketId }) => marketId))},
      ${codec.boolArray(markets.map(({ negRisk }) => negRisk))})
    ON CONFLICT (condition_id) DO UPDATE SET neg_risk = excluded.neg_risk WHERE m.neg_risk IS NULL`.execute(trx);
  await linkTokens(trx, markets);
}

async function insertCombos(trx: Trx, combos: FactsRecord["combos"]): Promise<void> {
  const legs = combos.flatMap(({ marketId, legs: tokens }) =>
    tokens.map((token, place) => ({ marketId, token, place })),
  );
  if (legs.length === 0) return;
  await sql`
    INSERT INTO flow.combo_leg (market_key, place, token_id)
    SELECT m.market_key, l.place, l.token_id
    FROM unnest(${codec.bytesArray(legs.map(({ marketId }) => marketId))}, ${codec.int4Array(legs.map(({ place }) => place))},
      ${codec.numericArray(legs.map(({ token }) => token))}) AS l (condition_id, place, token_id)
    JOIN flow.market m USING (condition_id)
    ON CONFLICT DO NOTHING`.execute(trx);
}

async function insertEvents(trx: Trx, facts: FactsRecord, isNew: IsNew): Promise<void> {
  for (const { eventId, isMigrated, blockNumber } of facts.protocolEvents.filter((each) => isNew(each.blockNumber))) {
    await sql`INSERT INTO flow.protocol_event VALUES (${codec.bytes(eventId)}, ${isMigrated}, ${blockNumber})
      ON CONFLICT DO NOTHING`.execute(trx);
  }
  for (const market of facts.negRiskMarkets.filter((each) => isNew(each.blockNumber))) {
    await sql`INSERT INTO flow.neg_risk_market VALUES (${codec.bytes(market.negRiskMarketId)},
      ${Number(market.feeBips)}, ${market.blockNumber}) ON CONFLICT DO NOTHING`.execute(trx);
  }
  const questions = facts.negRiskQuestions.filter((each) => isNew(each.blockNumber));
  if (questions.length === 0) return;
  await sql`INSERT INTO flow.neg_risk_question
    SELECT * FROM unnest(${codec.int4Array(questions.map((each) => each.blockNumber))},
      ${codec.int4Array(questions.map((each) => each.logIndex))},
      ${codec.bytesArray(questions.map((each) => each.negRiskMarketId))})
    ON CONFLICT DO NOTHING`.execute(trx);
}

async function insertOwners(trx: Trx, owners: FactsRecord["owners"]): Promise<void> {
  const wallets = owners.flatMap(({ owner, source }) =>
    Object.entries(familyOf(owner)).map(([kind, address]) => ({ address, owner, kind, source })),
  );
  if (wallets.length === 0) return;
  await sql`INSERT INTO flow.wallet_owner (address, owner, kind, source)
    SELECT * FROM unnest(${codec.bytesArray(wallets.map(({ address }) => address))},
      ${codec.bytesArray(wallets.map(({ owner }) => owner))}, ${codec.textArray(wallets.map(({ kind }) => kind))},
      ${codec.textArray(wallets.map(({ source }) => source))})
    ON CONFLICT (address) DO NOTHING`.execute(trx);
}

async function insertContracts(
  trx: Trx,
  { labels, upgrades, halts }: FactsRecord,
  isNew: IsNew,
  at: EpochMs,
): Promise<void> {
  for (const { address, kind, label, blockNumber } of labels.filter((each) => isNew(each.blockNumber))) {
    await sql`INSERT INTO flow.wallet_label AS l VALUES (${codec.bytes(address)}, ${kind}, ${label}, ${blockNumber})
      ON CONFLICT (address) DO UPDATE SET block_number = excluded.block_number
      WHERE excluded.block_number < l.block_number`.execute(trx);
  }
  for (const upgrade of upgrades.filter((each) => isNew(each.blockNumber))) {
    const { address, implementation, blockNumber, logIndex, upgradedAt } = upgrade;
    await sql`INSERT INTO flow.contract_upgrade VALUES (${blockNumber}, ${logIndex}, ${codec.bytes(address)},
      ${codec.bytes(implementation)}, ${codec.ts(upgradedAt)}) ON CONFLICT DO NOTHING`.execute(trx);
    const facts = { change: "upgraded", address, implementation, block: blockNumber };
    if (at - upgradedAt < NEWS_MS) await insertAlert(trx, `upgraded:${address}:${implementation}`, facts, at);
  }
  for (const { address, fromBlock, reason } of halts.filter((each) => isNew(each.fromBlock))) {
    await sql`INSERT INTO flow.contract_halt AS h VALUES (${codec.bytes(address)}, ${fromBlock}, ${reason})
      ON CONFLICT (address) DO UPDATE SET from_block = excluded.from_block, reason = excluded.reason
      WHERE excluded.from_block < h.from_block`.execute(trx);
    await insertAlert(trx, `halted:${address}:${fromBlock}`, { change: "halted", address, fromBlock, reason }, at);
  }
}

/** Kept where a reorg takes back what it tells: it has perhaps been sent. */
const insertAlert = (trx: Trx, key: string, facts: AlertFacts, at: EpochMs) =>
  sql`INSERT INTO flow.alert_outbox (dedup_key, kind, payload, created_at)
    VALUES (${key}, 'contract', ${codec.json(facts)}, ${codec.ts(at)}) ON CONFLICT (dedup_key) DO NOTHING`.execute(trx);

/** What the program itself knows to be no trader. */
export async function insertStaticLabels(trx: Trx): Promise<void> {
  const table = INFRASTRUCTURE_TABLE;
  await sql`INSERT INTO flow.wallet_label AS l
    SELECT *, 0 FROM unnest(${codec.bytesArray(table.map(({ address }) => address))},
      ${codec.textArray(table.map(({ kind }) => kind))}, ${codec.textArray(table.map(({ label }) => label))})
    ON CONFLICT (address) DO UPDATE SET kind = excluded.kind, label = excluded.label, block_number = 0
    WHERE (l.kind, l.label, l.block_number) IS DISTINCT FROM (excluded.kind, excluded.label, 0)`.execute(trx);
}

const TAKEN_BACK = ["lifecycle", "neg_risk_question", "protocol_event", "wallet_label", "contract_upgrade"] as const;

export async function deleteFactsAbove(trx: Trx, lastGoodBlock: number): Promise<void> {
  for (const table of TAKEN_BACK) {
    await sql`DELETE FROM ${sql.raw(`flow.${table}`)} WHERE block_number > ${lastGoodBlock}`.execute(trx);
  }
  await sql`DELETE FROM flow.neg_risk_market WHERE prepared_block > ${lastGoodBlock}`.execute(trx);
  await sql`DELETE FROM flow.contract_halt WHERE from_block > ${lastGoodBlock}`.execute(trx);
}
