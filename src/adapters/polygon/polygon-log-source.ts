import type { BlockRef } from "../../core/chain/fill.ts";
import {
  PayloadError,
  ProviderInconsistencyError,
  RangeTooLargeError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import type { LogSource, RangeAnswer, RangeRequest } from "../../ports/log-source.ts";
import { type Ask, askLogs, blockCall, blockNotYet, hex } from "./ask-logs.ts";
import { checkHeaders, checkLogs, checkNotCapped, findMissingReceipts, findSilentBlock } from "./check-range.ts";
import { createDoubt, type Doubt } from "./doubt.ts";
import type { FailOver } from "./fail-over.ts";
import type { RpcClient } from "./rpc-client.ts";
import { type Header, parseHeader, parseQuantity, type TimedLog } from "./rpc-schemas.ts";

const refOf = ({ number, hash, parentHash, timestamp }: Header): BlockRef => ({ number, hash, parentHash, timestamp });

const withSignal =
  (client: RpcClient, signal: AbortSignal): Ask =>
  (calls) =>
    client.call(calls, signal);

/** `eth_getLogs`, `eth_getBlockByNumber` and subscriptions of an Ethereum node; see the port for what may be thrown. */
export function createPolygonLogSource(
  failOver: FailOver,
  subscribe: LogSource["subscribe"],
  onHead: (head: number) => void = () => {},
): LogSource {
  return {
    subscribe,
    endpoints: failOver.endpoints,
    chainId: (signal) =>
      failOver.run(async (client) => {
        const [answer] = await client.call([{ method: "eth_chainId", params: [] }], signal);
        return parseQuantity(answer);
      }, signal),
    async head(signal) {
      const { client, header } = await failOver.run(
        async (asked) => ({ client: asked, header: await askHead(asked, signal) }),
        signal,
      );
      onHead(header.number);
      failOver.noteHead(client, header.number, async (other) => (await askHead(other, signal)).number, signal);
      return refOf(header);
    },
    finalized: (signal) =>
      failOver.run(async (client) => {
        const [answer] = await client.call([blockCall("finalized")], signal);
        const header = parseHeader(answer);
        return header === null ? null : refOf(header);
      }, signal),
    blocks: (numbers, signal) =>
      failOver.run(async (client) => {
        const headers = await askHeaders(withSignal(client, signal), numbers);
        return headers.filter((header) => header !== null).map(refOf);
      }, signal),
    readRange(request, signal) {
      const doubt = createDoubt(failOver.endpoints().length);
      const isLong = request.toBlock > request.fromBlock;
      const read = async (client: RpcClient): Promise<RangeAnswer> => {
        const answer = await readRange(withSignal(client, signal), request, (claim) => doubt(client.name, claim));
        return { ...answer, endpoint: client.name };
      };
      return failOver.run(read, signal, {
        again: request.again ?? false,
        avoid: request.avoid,
        blocks: request.toBlock - request.fromBlock + 1,
        surfaces: (error) => isLong && (error instanceof RangeTooLargeError || error instanceof TimeoutError),
      });
    },
  };
}

/** @throws PayloadError */
async function askHead(client: RpcClient, signal: AbortSignal): Promise<Header> {
  const [answer] = await client.call([blockCall("latest")], signal);
  const header = parseHeader(answer);
  if (header === null) throw new PayloadError("HEAD_MISSING", "the endpoint has no latest block");
  return header;
}

/** Headers of the blocks asked for, ascending. @throws ProviderInconsistencyError when another block is sent. */
async function askHeaders(ask: Ask, numbers: readonly number[]): Promise<readonly (Header | null)[]> {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const answers = await ask(sorted.map((number) => blockCall(hex(number))));
  return answers.map((answer, index) => checkNumber(parseHeader(answer), sorted[index] as number));
}

function checkNumber(header: Header | null, asked: number): Header | null {
  if (header !== null && header.number !== asked) {
    throw new ProviderInconsistencyError("OTHER_BLOCK", `block ${header.number} instead of ${asked}`, {
      blockNumber: asked,
    });
  }
  return header;
}

/**
 * Logs and headers are asked in one request, so that they come from one state of one node where that is possible; what
 * matters most first, for nodes that take few calls at once.
 */
async function readRange(ask: Ask, request: RangeRequest, doubt: Doubt): Promise<RangeAnswer> {
  const { fromBlock, toBlock } = request;
  const wanted = new Set([toBlock, fromBlock, ...(request.neighbours ?? [])]);
  for (let number = Math.max(fromBlock, request.headersFrom); number <= toBlock; number += 1) wanted.add(number);
  const numbers = [...wanted];
  const asked = numbers.map((number) => blockCall(hex(number)));
  const { found, receipts, final, more } = await askLogs(ask, request, asked, doubt);
  const headers = more
    .map((answer, index) => requireHeader(parseHeader(answer), numbers[index] as number))
    .sort((a, b) => a.number - b.number);
  const finalized = parseHeader(final);
  if (request.mustBeFinal === true && (finalized === null || finalized.number < toBlock))
    throw new TransientError("RANGE_NOT_FINAL", "the endpoint does not hold the range for final", { toBlock });
  checkNotCapped(found.length, request);
  const logs = checkLogs(found, request);
  checkHeaders(headers, logs);
  const isInside = ({ number }: Header): boolean => number >= fromBlock && number <= toBlock;
  const inside = headers.filter(isInside);
  const silent = findSilentBlock(inside, logs, request);
  if (silent !== null) doubt(silent);
  const missing = receipts === null ? null : findMissingReceipts(receipts, inside[0] as Header);
  if (missing !== null) doubt(missing);
  const timestamps = await readTimestamps(ask, headers, logs);
  return {
    logs: logs.map(({ log }) => log),
    blocks: inside.map(refOf),
    neighbours: headers.filter((header) => !isInside(header)).map(refOf),
    timestamps,
    finalized: finalized === null ? null : refOf(finalized),
  };
}

/** A node that has not seen the block would answer with no logs, and nobody could tell. @throws TransientError */
function requireHeader(header: Header | null, number: number): Header {
  const checked = checkNumber(header, number);
  if (checked === null) throw blockNotYet(number);
  return checked;
}

async function readTimestamps(
  ask: Ask,
  headers: readonly Header[],
  logs: readonly TimedLog[],
): Promise<Map<number, number>> {
  const known = new Map(headers.map((header) => [header.number, header.timestamp]));
  const blocks = new Set<number>();
  let before: TimedLog | null = null;
  for (const timed of logs) {
    const { blockNumber } = timed.log;
    if (before?.log.blockNumber !== blockNumber) blocks.add(blockNumber);
    else if (before.timestamp === timed.timestamp) continue;
    if (timed.timestamp !== null) known.set(blockNumber, timed.timestamp);
    before = timed;
  }
  const missing = [...blocks].filter((number) => !known.has(number));
  if (missing.length > 0) {
    const more = await askHeaders(ask, missing);
    const found = more.map((header, index) => requireHeader(header, missing[index] as number));
    checkHeaders(found, logs);
    for (const header of found) known.set(header.number, header.timestamp);
  }
  return new Map([...blocks].map((number) => [number, known.get(number) as number]));
}
