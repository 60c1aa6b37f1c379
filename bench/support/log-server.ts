/**
 * A node over made-up V2 logs, as its own process so that it does not share the heap or the event loop of what
 * is measured: JSON-RPC over HTTP, heads and logs over WebSocket. Every block's logs are prepared as bytes before they
 * are asked for: the node must not be what is measured. A GET answers like a Gamma that knows no market.
 * Run: node bench/support/log-server.ts --blocks 5000 --fills 100 --empty 1000 ; prints its port on a line of its own.
 */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { monotonicMs } from "./bench-report.ts";
import { headerOf } from "./block-header.ts";
import { createBlockMaker, FIRST_BLOCK, fillsOfBlock, isFill, type LogJson, ORDERS_MATCHED } from "./v2-logs.ts";

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "5000" },
    fills: { type: "string", default: "100" },
    /** Blocks without logs on top, so that everything with logs is final by anybody's rule. */
    empty: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});
/** Blocks of a live chain that may still be replaced. */
const UNFINALIZED = 3;

type Block = { readonly all: Buffer; readonly fills: Buffer; readonly transactions: readonly string[] };

const makeBlock = createBlockMaker(Number(values.seed));
const bytesOf = (logs: readonly LogJson[]): Buffer => Buffer.from(logs.map((log) => JSON.stringify(log)).join(","));

function prepare(number: number, fills: number): { block: Block; logs: readonly LogJson[] } {
  const logs = makeBlock(number, fills);
  const transactions = [...new Set(logs.map((log) => log.transactionHash))];
  return { logs, block: { all: bytesOf(logs), fills: bytesOf(logs.filter(isFill)), transactions } };
}

const blocks: Block[] = [];
for (let index = 0; index < Number(values.blocks); index += 1) {
  blocks.push(prepare(FIRST_BLOCK + index, fillsOfBlock(index, Number(values.fills))).block);
}
const empty = Number(values.empty);
const headNumber = (): number => FIRST_BLOCK + blocks.length - 1 + empty;

const hex = (value: number): string => `0x${value.toString(16)}`;
const numberOf = (tag: unknown): number => {
  if (tag === "earliest") return 0;
  if (tag === "latest") return headNumber();
  if (tag === "finalized" || tag === "safe") return empty > 0 ? headNumber() : headNumber() - UNFINALIZED;
  return Number(tag);
};

const header = (number: number, withTransactions: boolean): string =>
  number > headNumber() || number < 0
    ? "null"
    : JSON.stringify(headerOf(number, blocks[number - FIRST_BLOCK]?.transactions ?? [], withTransactions));

const call = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const logsParams = z.object({ fromBlock: z.string(), toBlock: z.string(), topics: z.array(z.unknown()).optional() });
const liveParams = z.object({ blockMs: z.number(), fills: z.number(), blocks: z.number() });

let firstLogsAt: number | null = null;
/** When each live block was announced. */
let announced: { readonly number: number; readonly at: number }[] = [];

/** The logs of some blocks as the pieces of a JSON list. */
function logsBetween(asked: z.infer<typeof logsParams>): Buffer[] {
  firstLogsAt ??= monotonicMs();
  const wantsAll = JSON.stringify(asked.topics ?? ORDERS_MATCHED).includes(ORDERS_MATCHED);
  const [from, to] = [numberOf(asked.fromBlock) - FIRST_BLOCK, numberOf(asked.toBlock) - FIRST_BLOCK];
  const found = blocks
    .slice(Math.max(0, from), Math.max(0, to + 1))
    .map((block) => (wantsAll ? block.all : block.fills));
  const pieces = found.filter((bytes) => bytes.length > 0).flatMap((bytes) => [bytes, COMMA]);
  return [Buffer.from("["), ...pieces.slice(0, -1), Buffer.from("]")];
}
const COMMA = Buffer.from(",");

function resultOf(method: string, params: readonly unknown[]): string | Buffer[] {
  switch (method) {
    case "eth_chainId":
      return '"0x89"';
    case "net_version":
      return '"137"';
    case "eth_blockNumber":
      return `"${hex(headNumber())}"`;
    case "eth_getBlockByNumber":
      return header(numberOf(params[0]), params[1] === true);
    case "eth_getLogs":
      return logsBetween(logsParams.parse(params[0]));
    case "bench_live":
      startLive(liveParams.parse(params[0]));
      return "true";
    case "bench_announced":
      return JSON.stringify(announced);
    case "bench_firstLogsAt": {
      const at = firstLogsAt;
      firstLogsAt = null;
      return JSON.stringify(at);
    }
    default:
      throw new Error(`no method ${method}`);
  }
}

function reply(value: unknown): Buffer[] {
  const { id = null, method, params } = call.parse(value);
  try {
    const result = resultOf(method, params);
    const pieces = typeof result === "string" ? [Buffer.from(result)] : result;
    return [Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`), ...pieces, Buffer.from("}")];
  } catch (error) {
    return [Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: String(error) } }))];
  }
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const type = { "content-type": "application/json" };
    if (request.method === "GET") {
      response.writeHead(200, type).end('{"markets":[],"next_cursor":null}');
      return;
    }
    const asked: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const replies = Array.isArray(asked)
      ? [Buffer.from("["), ...asked.flatMap((one) => [...reply(one), COMMA]).slice(0, -1), Buffer.from("]")]
      : reply(asked);
    response.writeHead(200, { ...type, "content-length": replies.reduce((sum, piece) => sum + piece.length, 0) });
    // Blocks go out as they are held, in one call: to join them first would take as long as to send them.
    response.cork();
    for (const piece of replies) response.write(piece);
    response.end();
  });
});

const subscribers = new Map<WebSocket, Set<string>>();
new WebSocketServer({ server }).on("connection", (socket) => {
  subscribers.set(socket, new Set());
  socket.on("close", () => subscribers.delete(socket));
  socket.on("message", (text) => {
    const { id = null, params } = call.parse(JSON.parse(String(text)));
    subscribers.get(socket)?.add(String(params[0]));
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: `0x${String(params[0]).length}` }));
  });
});

const publish = (kind: string, results: readonly string[]): void => {
  for (const [socket, kinds] of subscribers) {
    if (!kinds.has(kind) || socket.readyState !== WebSocket.OPEN) continue;
    const subscription = `"subscription":"0x${kind.length}"`;
    for (const result of results) {
      socket.send(`{"jsonrpc":"2.0","method":"eth_subscription","params":{${subscription},"result":${result}}}`);
    }
  }
};

/** One block after the other, each made before its time comes; both subscriptions are served, as a node serves them. */
function startLive({ blockMs, fills, blocks: count }: z.infer<typeof liveParams>): void {
  announced = [];
  const startAt = monotonicMs() + blockMs;
  const next = (index: number): void => {
    if (index === count) return;
    const number = headNumber() + 1;
    const { block, logs } = prepare(number, fillsOfBlock(index, fills));
    const texts = logs.map((log) => JSON.stringify(log));
    setTimeout(
      () => {
        blocks.push(block);
        announced.push({ number, at: monotonicMs() });
        publish("newHeads", [header(number, false)]);
        publish("logs", texts);
        // Not at once: that would hold up the answer about the block that was just announced, which a node has ready.
        setTimeout(() => next(index + 1), blockMs / 2);
      },
      startAt + index * blockMs - monotonicMs(),
    );
  };
  next(0);
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  console.log(`port ${address.port}`);
});
