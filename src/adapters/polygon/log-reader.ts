import { createLogScanner } from "./log-scanner.ts";
import type { ListReader } from "./parse-answer.ts";
import { createLogParser, type TimedLog } from "./rpc-schemas.ts";

/** Reads the logs of one answer, in their bytes where they are written as usual; its result is a list of `TimedLog`. */
export function createLogReader(): ListReader {
  const parse = createLogParser();
  const scanner = createLogScanner();
  const logs: TimedLog[] = [];
  return {
    scan: (piece, at) => scanner.scan(piece, at, logs),
    take: (item) => void logs.push(parse(item)),
    parsed: scanner.learn,
    result: () => logs,
  };
}
