import type { BlockRef } from "../../core/chain/fill.ts";
import {
  PayloadError,
  ProviderInconsistencyError,
  RangeTooLargeError,
  TimeoutError,
  TransientError,
} from "../../core/errors.ts";
import type { LogSource, RangeAnswer, RangeRequest } from "../../ports/log-source.ts";
import { createReceiptReader } from "./block-receipts.ts";
import { checkHeaders, checkLogs, checkNotCapped, findSilentBlock, type SilentBlock } from "./check-range.ts";
import type { FailOver } from "./fail-over.ts";
import { createLogReader } from "./log-reader.ts";
import type { RpcCall, RpcClient } from "./rpc-client.ts";
import { type Header, parseHeader, parseQuantity, type TimedLog } from "./rpc-schemas.ts";

const hex = (value: number): string => `0x${value.toString(16)}`;
const blockCall = (block: string): RpcCall => ({ method: "eth_getBlockByNumber", params: [block, false] });

const refOf = ({ number, hash, parentHash, timestamp }: Header): BlockRef => ({ number, hash, parentHash, timestamp });

const withSignal = (client: RpcClient, signal: AbortSignal) => (calls: readonly RpcCall[]) =>
  client.call(calls, signal);
type Ask = ReturnType<typeof withSignal>;

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
        const answer = await readRange(withSignal(client, signal), request, (silent) => doubt(client.name, silent));
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
 * Decides when an answer without logs is believed although a header speaks against it: when a second endpoint says the
 * same. The same one again will do where there is no other, or where the header says little.
 */
function createDoubt(endpoints: number): (endpoint: string, silent: SilentBlock) => void {
  const said = new Set<string>();
  return (endpoint, { blockNumber, isTelling }) => {
    const isRepeated = said.has(endpoint) && (endpoints === 1 || !isTelling);
    if (isRepeated || said.size > (said.has(endpoint) ? 1 : 0)) return;
    said.add(endpoint);
    const context = { blockNumber, endpoint };
    throw new ProviderInconsistencyError("LOGS_MISSING", "a block that announces logs and has none", context);
  };
}

/**
 * Logs and headers are asked in one request, so that they come from one state of one node where that is possible; what
 * matters most first, for nodes that take few calls at once.
 */
async function readRange(ask: Ask, request: RangeRequest, doubt: (silent: SilentBlock) => void): Promise<RangeAnswer> {
  const { fromBlock, toBlock } = request;
  const wanted = new Set([toBlock, fromBlock, ...(request.neighbours ?? [])]);
  for (let number = Math.max(fromBlock, request.headersFrom); number <= toBlock; number += 1) wanted.add(number);
  const numbers = [...wanted];
  const { found, final, rest } = await askLogs(
    ask,
    request,
    numbers.map((number) => blockCall(hex(number))),
  );
  const headers = rest
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
  const timestamps = await readTimestamps(ask, headers, logs);
  return {
    logs: logs.map(({ log }) => log),
    blocks: inside.map(refOf),
    neighbours: headers.filter((header) => !isInside(header)).map(refOf),
    timestamps,
    finalized: finalized === null ? null : refOf(finalized),
  };
}

type LogsAndMore = { readonly found: readonly TimedLog[]; readonly final: unknown; readonly rest: readonly unknown[] };

/** Of one block that has more logs than the node hands out at once, its receipts are asked for instead. */
async function askLogs(ask: Ask, request: RangeRequest, more: readonly RpcCall[]): Promise<LogsAndMore> {
  const { fromBlock, toBlock, filter } = request;
  const range = {
    fromBlock: hex(fromBlock),
    toBlock: hex(toBlock),
    address: filter.addresses,
    topics: [filter.topics],
  };
  const askWith = async (call: RpcCall): Promise<LogsAndMore> => {
    const [logs, final, ...rest] = await ask([call, blockCall("finalized"), ...more]);
    if (!Array.isArray(logs)) throw new PayloadError("LOGS_MALFORMED", `an answer to ${call.method} that is no list`);
    return { found: logs as readonly TimedLog[], final, rest };
  };
  try {
    return await askWith({ method: "eth_getLogs", params: [range], reader: createLogReader });
  } catch (error) {
    if (!(error instanceof RangeTooLargeError) || toBlock > fromBlock) throw error;
    const reader = () => createReceiptReader(filter);
    return askWith({ method: "eth_getBlockReceipts", params: [hex(fromBlock)], reader });
  }
}

/** A node that has not seen the block would answer with no logs, and nobody could tell. @throws TransientError */
function requireHeader(header: Header | null, number: number): Header {
  const checked = checkNumber(header, number);
  if (checked === null)
    throw new TransientError("BLOCK_NOT_YET", "the endpoint does not have this block", { blockNumber: number });
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
