import { z } from "zod";
import { PayloadError, TransientError } from "../../core/errors.ts";
import type { LogFilter } from "../../ports/log-source.ts";
import { createLogParser, type TimedLog } from "./rpc-schemas.ts";

const receipts = z.array(
  z.object({ logs: z.array(z.looseObject({ address: z.string(), topics: z.array(z.string()) })) }),
);

/**
 * The logs of a block that match, out of its receipts (`eth_getBlockReceipts`): no cap on results holds for those, so that a
 * block with more logs than `eth_getLogs` may answer is read whole.
 * @param value null: the node does not have the block
 * @throws TransientError, PayloadError
 */
export function readReceipts(value: unknown, { addresses, topics }: LogFilter): readonly TimedLog[] {
  if (value === null) throw new TransientError("BLOCK_NOT_YET", "the endpoint has no receipts of this block");
  const parsed = receipts.safeParse(value);
  if (!parsed.success) throw new PayloadError("RECEIPTS_MALFORMED", "receipts of unknown shape");
  const parse = createLogParser();
  const [ours, events] = [new Set<string>(addresses), new Set(topics)];
  const isOurs = (log: { readonly address: string; readonly topics: readonly string[] }): boolean =>
    ours.has(log.address.toLowerCase()) && events.has(log.topics[0]?.toLowerCase() ?? "");
  return parsed.data.flatMap(({ logs }) => logs.filter(isOurs).map(parse));
}
