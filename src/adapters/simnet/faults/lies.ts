import {
  type Exchange,
  headersOf,
  isFill,
  isOfMatch,
  logsOf,
  receiptsOf,
  type WireLog,
  withResult,
} from "./exchange.ts";
import type { Lie, RECEIPT_LIES } from "./faults.ts";

type HeaderLie = "header_of_other_block" | "header_orphaned";
type ReceiptLie = (typeof RECEIPT_LIES)[number];

/** Uniform below `limit`, decided by the occasion. */
export type Pick = (limit: number) => number;

/**
 * The exchange with this lie in it; null where it is not possible, or where nothing in the answer would contradict it:
 * a listener can only find out what can be found out.
 */
export function lie(kind: Lie, exchange: Exchange, pick: Pick): Exchange | null {
  if (kind === "header_of_other_block" || kind === "header_orphaned") return lieAboutHeader(kind, exchange, pick);
  if (kind === "receipts_cut" || kind === "receipt_left_out" || kind === "receipts_of_other_block")
    return lieAboutReceipts(kind, exchange, pick);
  const asked = logsOf(exchange);
  if (asked === null || asked.logs.length === 0) return null;
  const { at, logs } = asked;
  const announced = new Map(headersOf(exchange).map(({ header }) => [header.number, header.hash]));
  const changed = lieAboutLogs(kind, logs, announced, pick);
  return changed === null ? null : withResult(exchange, at, changed);
}

function lieAboutLogs(
  kind: Exclude<Lie, HeaderLie | ReceiptLie>,
  logs: readonly WireLog[],
  announced: ReadonlyMap<string, string>,
  pick: Pick,
): readonly unknown[] | null {
  const some = pick(logs.length);
  const log = logs[some] as WireLog;
  switch (kind) {
    case "logs_empty":
      return isMissed([], logs, announced) ? [] : null;
    case "logs_cut": {
      const kept = logs.slice(0, some);
      return isMissed(kept, logs, announced) ? kept : null;
    }
    case "log_left_out":
      return isOfMatch(log) && !isLastOfTwin(log, logs) ? logs.toSpliced(some, 1) : null;
    case "log_twice":
      return logs.toSpliced(some, 0, log);
    case "log_removed":
      return logs.with(some, { ...log, removed: true });
    case "log_malformed":
      return logs.with(some, { ...log, data: undefined });
    case "log_of_other_hash":
      return announced.has(log.blockNumber) ? logs.with(some, { ...log, blockHash: otherHash(log.blockHash) }) : null;
    case "log_of_other_block": {
      const others = [...announced].filter(([number]) => number !== log.blockNumber);
      const [number] = others[pick(Math.max(1, others.length))] ?? [];
      return number === undefined ? null : logs.with(some, { ...log, blockNumber: number });
    }
    case "log_outside_range":
      return logs.with(some, { ...log, blockNumber: "0x1" });
  }
}

/** Whether what is left out shows: a block that announces logs has none, or a match is torn apart. */
function isMissed(kept: readonly WireLog[], logs: readonly WireLog[], announced: ReadonlyMap<string, string>): boolean {
  const heard = new Set(kept.map(({ blockNumber }) => blockNumber));
  const isSilent = logs.some(({ blockNumber }) => announced.has(blockNumber) && !heard.has(blockNumber));
  const last = kept.at(-1);
  return isSilent || (last !== undefined && isFill(last));
}

/** A fill whose repetition in the match's own log is all that is left would be a match of one log: too little to judge by. */
const isLastOfTwin = (log: WireLog, logs: readonly WireLog[]): boolean =>
  logs.filter((each) => each.transactionHash === log.transactionHash && isOfMatch(each)).length < 3;

/** A block's header says how many there are, and its logs are counted through. */
function lieAboutReceipts(kind: ReceiptLie, exchange: Exchange, pick: Pick): Exchange | null {
  const asked = receiptsOf(exchange);
  if (asked === null || asked.receipts.length === 0) return null;
  const { at, receipts } = asked;
  const some = pick(receipts.length);
  if (kind === "receipts_cut") return withResult(exchange, at, receipts.slice(0, some));
  if (kind === "receipt_left_out") return withResult(exchange, at, receipts.toSpliced(some, 1));
  const moved = (log: WireLog): WireLog => ({ ...log, blockHash: otherHash(log.blockHash) });
  return withResult(
    exchange,
    at,
    receipts.map((each) => ({ ...each, logs: each.logs.map(moved) })),
  );
}

function lieAboutHeader(kind: HeaderLie, exchange: Exchange, pick: Pick): Exchange | null {
  const all = headersOf(exchange);
  const numbers = new Set(all.map(({ header }) => Number(header.number)));
  // Whose parent it denies must be in the answer too: of the first block that anybody reads nobody knows it.
  const headers = all.filter(({ header }) => kind !== "header_orphaned" || numbers.has(Number(header.number) - 1));
  const chosen = headers[pick(Math.max(1, headers.length))];
  if (chosen === undefined) return null;
  const { at, header } = chosen;
  if (kind === "header_orphaned") return withResult(exchange, at, { ...header, parentHash: otherHash(header.hash) });
  const number = `0x${(Number(header.number) + 1 + pick(3)).toString(16)}`;
  return withResult(exchange, at, { ...header, number });
}

/** Another hash of the same form. */
const otherHash = (hash: string): string => `0x${[...hash.slice(2)].reverse().join("")}`;
