import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import type { LogFilter } from "../../ports/log-source.ts";
import type { ListReader } from "./parse-answer.ts";
import { createLogParser, type TimedLog } from "./rpc-schemas.ts";

const anyLog = z.looseObject({
  ...{ address: z.string(), topics: z.array(z.string()), blockHash: z.string(), logIndex: z.string() },
});
const receipt = z.object({ logs: z.array(anyLog) });

export type BlockReceipts = {
  /** The logs that match. */
  readonly found: readonly TimedLog[];
  /** One a transaction. */
  readonly count: number;
  /** Whether all their logs, which a block counts through, follow one another from 0. */
  readonly isGapless: boolean;
  /** Of all their logs; lower case. */
  readonly blockHashes: ReadonlySet<string>;
};

/**
 * Reads the logs of a block that match out of its receipts (`eth_getBlockReceipts`): no cap on results holds for those, so
 * that a block with more logs than `eth_getLogs` may answer is read whole. Its result is `BlockReceipts`.
 * @throws PayloadError from `take`
 */
export function createReceiptReader({ addresses, topics }: LogFilter): ListReader {
  const parse = createLogParser();
  const [ours, events] = [new Set<string>(addresses), new Set(topics)];
  const found: TimedLog[] = [];
  const blockHashes = new Set<string>();
  let count = 0;
  let logs = 0;
  let isGapless = true;
  return {
    take(item) {
      const parsed = receipt.safeParse(item);
      if (!parsed.success) throw new PayloadError("RECEIPT_MALFORMED", "a receipt of unknown shape");
      count += 1;
      for (const log of parsed.data.logs) {
        blockHashes.add(log.blockHash.toLowerCase());
        if (Number(log.logIndex) !== logs) isGapless = false;
        logs += 1;
        if (ours.has(log.address.toLowerCase()) && events.has(log.topics[0]?.toLowerCase() ?? ""))
          found.push(parse(log));
      }
    },
    result: (): BlockReceipts => ({ found, count, isGapless, blockHashes }),
  };
}
