import { type LogDigits, type RawLog, TOPIC_STRIDE } from "../../core/chain/fill.ts";
import type { Address, BlockHash, TxHash } from "../../core/ids/ids.ts";
import type { Piece } from "./parse-answer.ts";
import type { TimedLog } from "./rpc-schemas.ts";

/** A log in the bytes it came in, which it keeps alive; text of its topics and data is made when somebody asks for it. */
export class ScannedLog implements RawLog, LogDigits, TimedLog {
  address = "" as Address;
  topic = "";
  blockNumber = 0;
  blockHash = "" as BlockHash;
  txHash = "" as TxHash;
  txIndex = 0;
  logIndex = 0;
  timestamp: number | null = null;
  topicCount = 0;
  topicsAt = 0;
  dataAt = 0;
  dataDigits = 0;
  readonly view: DataView;
  readonly #bytes: Buffer;

  constructor({ bytes, view }: Piece) {
    this.view = view;
    this.#bytes = bytes;
  }

  get log(): RawLog {
    return this;
  }

  get digits(): LogDigits {
    return this;
  }

  /** With the `0x` before the digits. */
  get topics(): readonly string[] {
    return Array.from({ length: this.topicCount }, (_, index) => {
      const at = this.topicsAt + index * TOPIC_STRIDE;
      return index === 0 ? this.topic : this.text(at - 2, at + 64);
    });
  }

  get data(): string {
    return this.text(this.dataAt - 2, this.dataAt + this.dataDigits);
  }

  text(at: number, end: number): string {
    return this.#bytes.toString("latin1", at, end);
  }

  /** As it would be without the bytes. */
  toJSON(): RawLog {
    const { address, topics, data, blockNumber, blockHash, txHash, txIndex, logIndex } = this;
    return { address, topics, data, blockNumber, blockHash, txHash, txIndex, logIndex };
  }
}
