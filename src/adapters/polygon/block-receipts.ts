import { z } from "zod";
import { PayloadError } from "../../core/errors.ts";
import type { LogFilter } from "../../ports/log-source.ts";
import type { ListReader } from "./parse-answer.ts";
import { createLogParser, type TimedLog } from "./rpc-schemas.ts";

const receipt = z.object({ logs: z.array(z.looseObject({ address: z.string(), topics: z.array(z.string()) })) });

/**
 * Reads the logs of a block that match out of its receipts (`eth_getBlockReceipts`): no cap on results holds for those, so
 * that a block with more logs than `eth_getLogs` may answer is read whole. Its result is a list of `TimedLog`.
 * @throws PayloadError from `take`
 */
export function createReceiptReader({ addresses, topics }: LogFilter): ListReader {
  const parse = createLogParser();
  const [ours, events] = [new Set<string>(addresses), new Set(topics)];
  const found: TimedLog[] = [];
  return {
    take(item) {
      const parsed = receipt.safeParse(item);
      if (!parsed.success) throw new PayloadError("RECEIPT_MALFORMED", "a receipt of unknown shape");
      for (const log of parsed.data.logs)
        if (ours.has(log.address.toLowerCase()) && events.has(log.topics[0]?.toLowerCase() ?? ""))
          found.push(parse(log));
    },
    result: () => found,
  };
}
