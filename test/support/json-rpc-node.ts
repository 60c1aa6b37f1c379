import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { RawLog } from "../../src/core/chain/fill.ts";
import type { FakeChain } from "./fake-chain.ts";

export type RpcRequest = { readonly id: number; readonly method: string; readonly params: readonly unknown[] };
type RpcLog = Record<string, unknown>;
type Receipt = { readonly status: string; readonly logs: readonly RpcLog[] };
type Header = Record<string, unknown>;

export type NodeOptions = {
  readonly chainId?: number;
  readonly blocksMax?: number;
  readonly logsMax?: number;
  readonly batchMax?: number;
  readonly hasReceipts?: boolean;
  /** Whether logs carry `blockTimestamp`, as newer nodes send it. */
  readonly timestampsInLogs?: boolean;
};

export type JsonRpcNode = {
  readonly url: string;
  readonly wsUrl: string;
  /** Methods in the order asked. */
  readonly asked: string[];
  /** Connections over WebSocket that were subscribed. */
  readonly subscribers: () => number;
  /** Lies: what is returned here is sent instead of the logs, of the header, or (`answer`) instead of the whole reply. */
  tamper: {
    logs?: (logs: RpcLog[]) => unknown;
    receipts?: (receipts: Receipt[]) => unknown;
    header?: (header: Header | null) => unknown;
    answer?: (
      requests: readonly RpcRequest[],
    ) => { status: number; body: string; headers?: Record<string, string> } | null;
  };
  /** Tells subscribers of the chain's newest block. */
  announce(): void;
  dropConnections(): void;
  stop(): Promise<void>;
};

const hex = (value: number): string => `0x${value.toString(16)}`;

/** A small node that serves a chain: what the adapter needs of the wire protocol, limits and lies on request. */
export async function startJsonRpcNode(chain: FakeChain, options: NodeOptions = {}): Promise<JsonRpcNode> {
  const asked: string[] = [];
  const tamper: JsonRpcNode["tamper"] = {};
  const answerOne = (request: RpcRequest): object => {
    asked.push(request.method);
    try {
      return { jsonrpc: "2.0", id: request.id, result: answer(chain, options, tamper, request) };
    } catch (error) {
      const { code = -32005, message } = error as Error & { readonly code?: number };
      return { jsonrpc: "2.0", id: request.id, error: { code, message } };
    }
  };
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const parsed = JSON.parse(body) as RpcRequest | RpcRequest[];
      const requests = Array.isArray(parsed) ? parsed : [parsed];
      const instead = tamper.answer?.(requests) ?? null;
      if (instead !== null) {
        response.writeHead(instead.status, instead.headers).end(instead.body);
        return;
      }
      if (requests.length > (options.batchMax ?? 100)) {
        const error = { code: -32000, message: "batch of more than the allowed requests" };
        response.end(JSON.stringify({ jsonrpc: "2.0", error }));
        return;
      }
      const replies = requests.map(answerOne);
      response.end(JSON.stringify(Array.isArray(parsed) ? replies : replies[0]));
    });
  });
  const subscribed = new Set<WebSocket>();
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket) => {
    socket.on("message", (text) => {
      const { id, method } = JSON.parse(String(text)) as RpcRequest;
      if (method === "eth_subscribe") subscribed.add(socket);
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: hex(id) }));
    });
    socket.on("close", () => subscribed.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    asked,
    subscribers: () => subscribed.size,
    tamper,
    announce() {
      const params = { subscription: "0x1", result: headerOf(chain, chain.head()) };
      const text = JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params });
      for (const socket of subscribed) socket.send(text);
    },
    dropConnections() {
      for (const socket of sockets.clients) socket.terminate();
    },
    async stop() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function answer(
  chain: FakeChain,
  options: NodeOptions,
  tamper: JsonRpcNode["tamper"],
  { method, params }: RpcRequest,
): unknown {
  if (method === "eth_chainId") return hex(options.chainId ?? 137);
  if (method === "eth_blockNumber") return hex(chain.head());
  if (method === "eth_getBlockByNumber") {
    const header = headerOf(chain, blockNumber(chain, params[0] as string));
    return tamper.header === undefined ? header : tamper.header(header);
  }
  if (method === "eth_getBlockReceipts" && options.hasReceipts !== false) {
    const logs = chain.logs(Number(params[0]), Number(params[0]));
    const receipts = Map.groupBy(logs, ({ txHash }) => txHash).values();
    const sent = [...receipts].map((own) => ({ status: "0x1", logs: own.map((log) => rpcLog(log, null)) }));
    return tamper.receipts === undefined ? sent : tamper.receipts(sent);
  }
  if (method !== "eth_getLogs")
    throw Object.assign(new Error(`the method ${method} does not exist/is not available`), { code: -32601 });
  const filter = params[0] as { fromBlock: string; toBlock: string; address: string[]; topics: string[][] };
  const [from, to] = [Number(filter.fromBlock), Number(filter.toBlock)];
  const { blocksMax = 10_000, logsMax = 10_000 } = options;
  if (to - from + 1 > blocksMax) throw new Error(`exceed maximum block range: ${blocksMax}`);
  const logs = chain
    .logs(from, to)
    .filter((log) => filter.address.includes(log.address) && filter.topics[0]?.includes(log.topics[0] ?? ""));
  if (logs.length > logsMax) throw new Error(`query returned more than ${logsMax} results`);
  const sent = logs.map((log) => rpcLog(log, options.timestampsInLogs === true ? chain : null));
  return tamper.logs === undefined ? sent : tamper.logs(sent);
}

function blockNumber(chain: FakeChain, tag: string): number {
  if (tag === "latest") return chain.head();
  return tag === "finalized" ? chain.finalized() : Number(tag);
}

function headerOf(chain: FakeChain, number: number): Header | null {
  const block = chain.block(number);
  if (block === null) return null;
  const { hash, parentHash, timestamp } = block;
  const transactions = [...new Set(chain.logsOf(number).map(({ txHash }) => txHash))];
  return { number: hex(number), hash, parentHash, timestamp: hex(timestamp), transactions };
}

function rpcLog(log: RawLog, chain: FakeChain | null): RpcLog {
  const { blockNumber: number, txHash, txIndex, logIndex, ...rest } = log;
  return {
    ...rest,
    blockNumber: hex(number),
    transactionHash: txHash,
    transactionIndex: hex(txIndex),
    logIndex: hex(logIndex),
    removed: false,
    ...(chain === null ? {} : { blockTimestamp: hex(chain.block(number)?.timestamp ?? 0) }),
  };
}
