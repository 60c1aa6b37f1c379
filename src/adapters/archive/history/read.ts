import { FillTable, factsUntil } from "../../../core/backtest/columns.ts";
import type { FillBatch } from "../../../core/backtest/history.ts";
import type { LifecycleEffect } from "../../../core/chain/lifecycle-effect.ts";
import type { OrderHash } from "../../../core/ids/ids.ts";
import type { OutcomeIndex } from "../../../core/market/market.ts";
import type { LedgerEffect, LedgerLeg } from "../../../core/reputation/ledger-entry.ts";
import { type EpochMs, epochMs } from "../../../core/time/time.ts";
import type { History, HistoryCoverage, HistoryMoment, StagedHistory } from "../../../ports/backtest.ts";
import { type Chunk, type Duckdb, text, textList } from "../duckdb.ts";
import { findStagedWash } from "./wash.ts";

export type Staged = {
  readonly duckdb: Duckdb;
  readonly moment: Pick<HistoryMoment, "facts" | "missing">;
  readonly parts: readonly string[];
  /** Null: there are none. */
  readonly legs: string | null;
  close(): Promise<void>;
};

/** What was staged, or what has the same columns. */
export async function createStagedHistory(staged: Staged, until: EpochMs | null = null): Promise<StagedHistory> {
  const { moment, duckdb, close } = staged;
  const facts = until === null ? moment.facts : factsUntil(moment.facts, until);
  const coverage = await readCoverage(staged, until);
  const held = `(SELECT * FROM ${relationOf(staged)} WHERE ${upTo(until)})`;
  return {
    facts,
    coverage,
    read: () => readParts(staged, until),
    until: (at) => deferred(staged, at, coverage),
    findWash: (from, to, signal) => findStagedWash({ duckdb, relation: held, from, to, signal }),
    close,
  };
}

/** The counts of the whole are good enough for a progress line. */
const deferred = (staged: Staged, until: EpochMs, coverage: HistoryCoverage): History => ({
  facts: factsUntil(staged.moment.facts, until),
  coverage,
  read: () => readParts(staged, until),
  until: (at) => deferred(staged, at < until ? at : until, coverage),
  close: staged.close,
});

const relationOf = ({ parts }: Staged): string => `read_parquet(${textList(parts)})`;
const upTo = (until: EpochMs | null): string => (until === null ? "true" : `occurred_ms <= ${Math.trunc(until)}`);

async function readCoverage(staged: Staged, until: EpochMs | null): Promise<HistoryCoverage> {
  const [row = {}] = await staged.duckdb.rows(`SELECT count(*)::DOUBLE AS fills, min(block_number) AS from_block,
    max(block_number) AS to_block, min(occurred_ms) AS first_at, max(occurred_ms) AS last_at
    FROM ${relationOf(staged)} WHERE ${upTo(until)}`);
  const at = (value: unknown): EpochMs | null => (value === null ? null : epochMs(value as number));
  const span = { fromBlock: (row.from_block as number | null) ?? 0, toBlock: (row.to_block as number | null) ?? 0 };
  const missing = staged.moment.missing.filter((gap) => gap.toBlock >= span.fromBlock && gap.fromBlock <= span.toBlock);
  return { span, missing, fills: row.fills as number, firstAt: at(row.first_at), lastAt: at(row.last_at) };
}

async function* readParts(staged: Staged, until: EpochMs | null): ReturnType<History["read"]> {
  const effects = new EffectReader(staged, until);
  const batches = new BatchReader();
  // The types of the reader's columns: their bytes are copied.
  const statement = `SELECT block_number::INTEGER, log_index::INTEGER, occurred_ms::DOUBLE, wallet_key::INTEGER,
    token_key::INTEGER, traits::UTINYINT, size_micros::DOUBLE, cash_micros::DOUBLE, fee_micros::DOUBLE, order_hash
    FROM ${relationOf(staged)} WHERE ${upTo(until)}`;
  try {
    for await (const chunk of staged.duckdb.chunks(statement)) {
      const batch = batches.read(chunk);
      const last = batch.length - 1;
      yield { batch, effects: await effects.before(batch.blockNumber[last] as number, batch.logIndex[last] as number) };
    }
    yield { batch: NO_FILLS, effects: await effects.before(Number.POSITIVE_INFINITY, 0) };
  } finally {
    await effects.close();
  }
}

const NO_FILLS: FillBatch = new FillTable().slice(0, 0);

/** Rows of a chunk at most. */
const CHUNK = 2_048;

/** The columns are used again for every chunk. */
class BatchReader {
  private readonly columns = {
    blockNumber: new Int32Array(CHUNK),
    logIndex: new Int32Array(CHUNK),
    occurredAt: new Float64Array(CHUNK),
    wallet: new Int32Array(CHUNK),
    token: new Int32Array(CHUNK),
    traits: new Uint8Array(CHUNK),
    size: new Float64Array(CHUNK),
    cash: new Float64Array(CHUNK),
    fee: new Float64Array(CHUNK),
  };
  private readonly inOrder = Object.values(this.columns);

  read(chunk: Chunk): FillBatch {
    for (const [place, column] of this.inOrder.entries()) chunk.copy(place, column);
    const hashes = this.inOrder.length;
    const orderHash = (row: number): OrderHash => hashOf(chunk.value(hashes, row));
    return { length: chunk.rowCount, ...this.columns, orderHash };
  }
}

function hashOf(value: unknown): OrderHash {
  const { bytes } = value as { readonly bytes: Uint8Array };
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}` as OrderHash;
}

/** As in flow.lifecycle.kind. */
const KINDS: readonly LifecycleEffect["kind"][] = ["split", "merge", "redeem", "convert", "migrate", "transfer"];

type LegRow = { readonly effect: string; readonly ledger: LedgerEffect };

/** Reads ahead of the fills, one chunk at a time. */
class EffectReader {
  private readonly staged: Staged;
  private readonly chunks: ReturnType<Duckdb["stream"]> | null;
  private ready: LedgerEffect[] = [];
  /** Its legs may go on in the next chunk. */
  private open: LegRow | null = null;
  private isOver = false;

  constructor(staged: Staged, until: EpochMs | null) {
    this.staged = staged;
    this.chunks =
      staged.legs === null
        ? null
        : staged.duckdb.stream(`SELECT block_number, log_index, ordinal, occurred_ms, wallet_key, token_key, kind, is_own,
            amount_micros, cash_micros FROM read_parquet(${text(staged.legs)}) WHERE ${upTo(until)}`);
  }

  async before(blockNumber: number, logIndex: number): Promise<readonly LedgerEffect[]> {
    const isBefore = (each: LedgerEffect): boolean =>
      each.blockNumber < blockNumber || (each.blockNumber === blockNumber && each.logIndex < logIndex);
    for (
      let last = this.ready.at(-1);
      !this.isOver && (last === undefined || isBefore(last));
      last = this.ready.at(-1)
    ) {
      await this.readChunk();
    }
    const count = this.ready.findIndex((each) => !isBefore(each));
    return this.ready.splice(0, count < 0 ? this.ready.length : count);
  }

  async close(): Promise<void> {
    await this.chunks?.return(undefined);
  }

  private async readChunk(): Promise<void> {
    const next = await this.chunks?.next();
    if (next === undefined || next.done) {
      this.isOver = true;
      if (this.open !== null) this.ready.push(this.open.ledger);
      this.open = null;
      return;
    }
    const columns = next.value;
    for (let row = 0; row < (columns[0]?.length ?? 0); row += 1) this.take(columns.map((column) => column[row]));
  }

  private take(values: readonly unknown[]): void {
    const [blockNumber, logIndex, ordinal, at, walletKey, token, kind, isOwn] = values as readonly number[];
    const [amount, cash] = values.slice(8) as [bigint, bigint];
    const { tokenMarket, tokenOutcome } = this.staged.moment.facts;
    const marketKey = tokenMarket[token as number] ?? -1;
    if (marketKey < 0) return;
    const outcome = tokenOutcome[token as number] as OutcomeIndex;
    const leg: LedgerLeg = { walletKey: walletKey as number, marketKey, outcome, amount, cash };
    const effect = `${blockNumber}:${logIndex}:${ordinal}`;
    if (this.open?.effect === effect) {
      this.open = { effect, ledger: { ...this.open.ledger, legs: [...this.open.ledger.legs, leg] } };
      return;
    }
    if (this.open !== null) this.ready.push(this.open.ledger);
    const place = { blockNumber: blockNumber as number, logIndex: logIndex as number, at: epochMs(at as number) };
    const name = KINDS[(kind as number) - 1] as LifecycleEffect["kind"];
    this.open = { effect, ledger: { ...place, kind: name, isOwn: isOwn === 1, legs: [leg] } };
  }
}
