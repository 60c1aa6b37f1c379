import type { OrderHash } from "../ids/ids.ts";
import type { FillBatch, HistoryFacts } from "./history.ts";

export type FillRow = { readonly [Column in Exclude<keyof FillBatch, "length" | "orderHash">]: number };

/** Fills as columns that grow: the form of a history that is made in memory. */
export class FillTable {
  length = 0;
  private blockNumber = new Int32Array(START);
  private logIndex = new Int32Array(START);
  private occurredAt = new Float64Array(START);
  private wallet = new Int32Array(START);
  private token = new Int32Array(START);
  private traits = new Uint8Array(START);
  private size = new Float64Array(START);
  private cash = new Float64Array(START);
  private fee = new Float64Array(START);

  add(row: FillRow): void {
    if (this.length === this.blockNumber.length) this.grow();
    const at = this.length;
    this.blockNumber[at] = row.blockNumber;
    this.logIndex[at] = row.logIndex;
    this.occurredAt[at] = row.occurredAt;
    this.wallet[at] = row.wallet;
    this.token[at] = row.token;
    this.traits[at] = row.traits;
    this.size[at] = row.size;
    this.cash[at] = row.cash;
    this.fee[at] = row.fee;
    this.length += 1;
  }

  /** The rows from `from` to before `to`, not copied. An order's hash follows from its place. */
  slice(from: number, to: number): FillBatch {
    const part = <Column extends Int32Array | Float64Array | Uint8Array>(column: Column) => column.subarray(from, to);
    const [blocks, logs] = [part(this.blockNumber), part(this.logIndex)];
    return {
      length: to - from,
      blockNumber: blocks,
      logIndex: logs,
      occurredAt: part(this.occurredAt),
      wallet: part(this.wallet),
      token: part(this.token),
      traits: part(this.traits),
      size: part(this.size),
      cash: part(this.cash),
      fee: part(this.fee),
      orderHash: (row) => placeHash(blocks[row] as number, logs[row] as number),
    };
  }

  timeOf(row: number): number {
    return this.occurredAt[row] as number;
  }

  private grow(): void {
    const longer = <Column extends Int32Array | Float64Array | Uint8Array>(column: Column): Column => {
      const next = new (column.constructor as new (length: number) => Column)(2 * column.length);
      next.set(column);
      return next;
    };
    this.blockNumber = longer(this.blockNumber);
    this.logIndex = longer(this.logIndex);
    this.occurredAt = longer(this.occurredAt);
    this.wallet = longer(this.wallet);
    this.token = longer(this.token);
    this.traits = longer(this.traits);
    this.size = longer(this.size);
    this.cash = longer(this.cash);
    this.fee = longer(this.fee);
  }
}

const START = 1_024;

const placeHash = (block: number, log: number): OrderHash =>
  `0x${block.toString(16).padStart(32, "0")}${log.toString(16).padStart(32, "0")}` as OrderHash;

/** Without the resolutions that happened and the books that were seen later. */
export const factsUntil = (facts: HistoryFacts, at: number): HistoryFacts => ({
  ...facts,
  resolutions: facts.resolutions.filter((resolution) => resolution.at <= at),
  books: facts.books?.filter((book) => book.at <= at) ?? [],
});
