/** A log as a node answers it: hex quantities, lower-case addresses, and `blockTimestamp` as nodes add it now. */
export type RpcLog = {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly blockTimestamp: string;
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly logIndex: string;
  readonly removed: boolean;
};

export const quantity = (value: number): string => `0x${value.toString(16)}`;

/** Any of these addresses (null: all); per position any of these topics (null: all). Lower case. */
export type LogFilter = {
  readonly addresses: ReadonlySet<string> | null;
  readonly topics: readonly (ReadonlySet<string> | null)[];
};

export function matchesFilter(log: RpcLog, filter: LogFilter): boolean {
  if (filter.addresses !== null && !filter.addresses.has(log.address)) return false;
  if (filter.topics.length > log.topics.length) return false;
  return filter.topics.every((wanted, i) => wanted === null || wanted.has(log.topics[i] ?? ""));
}
