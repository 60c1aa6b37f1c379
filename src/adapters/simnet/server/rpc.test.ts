import { createPublicClient, http, type Log, type PublicClient, parseAbiItem, webSocket } from "viem";
import { polygon } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManualClock } from "../../../../test/support/manual-clock.ts";
import { GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "../../../../test/support/simulated-chain.ts";
import { epochMs } from "../../../core/time/time.ts";
import { CONDITIONAL_TOKENS, TOPIC, V2_EXCHANGE } from "../chain/contracts.ts";
import type { RpcLog } from "../chain/log.ts";
import { type Simnet, startSimnet } from "../simnet.ts";

const START = epochMs(GENESIS_MS + 2 * HOUR_MS);
const clock = createManualClock(START);
let simnet: Simnet;
let client: PublicClient;

beforeAll(async () => {
  simnet = await startSimnet({
    seed: 8,
    port: 0,
    clock,
    history: 2,
    wallets: SMALL_POPULATION,
    limits: { blockRangeMax: 4_500, resultsMax: 300, batchMax: 20 },
  });
  client = createPublicClient({ chain: polygon, transport: http(simnet.rpcUrl, { batch: true }) });
});
afterAll(() => simnet.stop());

type Answer = {
  readonly result: never;
  readonly error: { readonly code: number; readonly message: string; readonly data: { from: string; to: string } };
};

async function post(body: unknown): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(simnet.rpcUrl, { method: "POST", body: text });
  expect(response.headers.get("x-simulated")).toBe("true");
  return (await response.json()) as Answer;
}
const call = (method: string, ...params: readonly unknown[]) => post({ jsonrpc: "2.0", id: 1, method, params });
const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

describe("the node, asked by viem over HTTP", () => {
  it("says which chain it is and where it stands", async () => {
    expect(await client.getChainId()).toBe(137);
    expect(await client.getBlockNumber()).toBe(BigInt(simnet.chain.head()));
    expect(await call("net_version")).toMatchObject({ result: "137" });
    expect(await call("web3_clientVersion")).toMatchObject({ result: expect.stringContaining("simulated") });
  });

  it("gives blocks by number and tag, linked, with transaction hashes or whole transactions", async () => {
    const [latest, finalized, safe] = await Promise.all(
      (["latest", "finalized", "safe"] as const).map((blockTag) => client.getBlock({ blockTag })),
    );
    expect(latest?.number).toBe(BigInt(simnet.chain.head()));
    expect(finalized?.number).toBe(BigInt(simnet.chain.finalized()));
    expect(safe?.hash).toBe(finalized?.hash);
    const number = BigInt(simnet.chain.nonEmpty(0, simnet.chain.head()).at(-1) ?? 0);
    const [block, parent, full] = await Promise.all([
      client.getBlock({ blockNumber: number }),
      client.getBlock({ blockNumber: number - 1n }),
      client.getBlock({ blockNumber: number, includeTransactions: true }),
    ]);
    expect(block.parentHash).toBe(parent.hash);
    expect(block.transactions).toEqual(full.transactions.map((transaction) => transaction.hash));
    expect(block.transactions.length).toBeGreaterThan(0);
    expect(await client.getBlock({ blockHash: block.hash })).toMatchObject({ number });
  });

  it("gives receipts with all logs of a block: ours in their places, and no place left out", async () => {
    const [number = 0] = simnet.chain.nonEmpty(simnet.chain.firstBlock, simnet.chain.head());
    const receipts: readonly { readonly logs: readonly RpcLog[] }[] = (await call("eth_getBlockReceipts", hex(number)))
      .result;
    expect(receipts.length).toBe(simnet.chain.transactionHashes(number).length);
    const logs = receipts.flatMap((receipt) => receipt.logs);
    expect(logs.map(({ logIndex }) => Number(logIndex))).toEqual(logs.map((_, place) => place));
    const ours = simnet.chain.logsOf(number);
    expect(ours.length).toBeGreaterThan(0);
    expect(logs.filter(({ logIndex }) => ours.some((each) => each.logIndex === logIndex))).toEqual(ours);
  });

  it("has no block beyond its head", async () => {
    expect(await call("eth_getBlockByNumber", hex(simnet.chain.head() + 1), false)).toMatchObject({ result: null });
  });

  it("filters logs by address, topic lists and null, as nodes do", async () => {
    const [fromBlock, toBlock] = [hex(simnet.chain.firstBlock), hex(simnet.chain.firstBlock + 270)];
    const logsOf = async (filter: object): Promise<readonly RpcLog[]> =>
      (await call("eth_getLogs", { fromBlock, toBlock, ...filter })).result;
    const all = await logsOf({});
    const filled: readonly string[] = [TOPIC.orderFilledV1, TOPIC.orderFilledV2];
    const maker = all.find((log) => filled.includes(log.topics[0] ?? ""))?.topics[2] ?? "";
    const where = (keep: (log: RpcLog) => boolean) => all.filter(keep);
    expect(all.length).toBeGreaterThan(100);
    expect(await logsOf({ address: CONDITIONAL_TOKENS.toUpperCase().replace("0X", "0x") })).toEqual(
      where((log) => log.address === CONDITIONAL_TOKENS),
    );
    expect(await logsOf({ address: [V2_EXCHANGE, CONDITIONAL_TOKENS] })).toEqual(
      where((log) => [V2_EXCHANGE, CONDITIONAL_TOKENS].includes(log.address)),
    );
    expect(await logsOf({ topics: [filled] })).toEqual(where((log) => filled.includes(log.topics[0] ?? "")));
    expect(await logsOf({ topics: [null, null, maker] })).toEqual(where((log) => log.topics[2] === maker));
    expect(await logsOf({ topics: [filled, [], [maker], null] })).toEqual(
      where((log) => filled.includes(log.topics[0] ?? "") && log.topics[2] === maker),
    );
    expect(await logsOf({ fromBlock: undefined, toBlock: undefined, blockHash: all[0]?.blockHash })).toEqual(
      where((log) => log.blockHash === all[0]?.blockHash),
    );
  });

  it("gives logs that viem decodes and that carry their block's time", async () => {
    const fromBlock = BigInt(simnet.chain.firstBlock);
    const logs = await client.getLogs({
      address: CONDITIONAL_TOKENS,
      event: parseAbiItem(
        "event ConditionPreparation(bytes32 indexed conditionId, address indexed oracle, bytes32 indexed questionId, uint256 outcomeSlotCount)",
      ),
      fromBlock,
      toBlock: fromBlock + 4_000n,
      strict: true,
    });
    expect(logs.length).toBeGreaterThan(20);
    expect(logs.every((log) => log.args.outcomeSlotCount === 2n)).toBe(true);
    const [log] = logs;
    const block = await client.getBlock({ blockNumber: log?.blockNumber ?? 0n });
    expect(log).toMatchObject({ blockHash: block.hash, blockTimestamp: block.timestamp, removed: false });
  });

  it("refuses as providers do: too many blocks, too many results, an impossible range", async () => {
    const { firstBlock } = simnet.chain;
    const wide = await call("eth_getLogs", { fromBlock: hex(firstBlock), toBlock: hex(firstBlock + 4_500) });
    expect(wide.error).toMatchObject({ code: -32614, message: "eth_getLogs is limited to a 4500 blocks range" });
    const many = await call("eth_getLogs", { fromBlock: hex(firstBlock), toBlock: hex(firstBlock + 4_400) });
    expect(many.error.code).toBe(-32005);
    expect(many.error.message).toMatch(/^query returned more than 300 results/);
    const fewer = await call("eth_getLogs", { fromBlock: many.error.data.from, toBlock: many.error.data.to });
    expect((fewer.result as readonly RpcLog[]).length).toBeLessThanOrEqual(300);
    expect((fewer.result as readonly RpcLog[]).length).toBeGreaterThan(0);
    const backwards = await call("eth_getLogs", { fromBlock: hex(firstBlock + 9), toBlock: hex(firstBlock) });
    expect(backwards.error.message).toBe("invalid block range params");
    const before = await call("eth_getLogs", { fromBlock: "0x10", toBlock: "0x20" });
    expect(before.result).toEqual([]);
  });

  it("answers in JSON-RPC's own errors, single and in batches", async () => {
    expect(await post("{")).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await post([])).toMatchObject({ error: { code: -32600 } });
    expect(await post({ id: 1, method: "eth_chainId" })).toMatchObject({ error: { code: -32600 } });
    expect(await call("eth_mine")).toMatchObject({ error: { code: -32601 } });
    expect(await call("eth_getBlockByNumber", "12", false)).toMatchObject({ error: { code: -32602 } });
    expect(await call("eth_getLogs", { address: "0x12" })).toMatchObject({ error: { code: -32602 } });
    const batch = [1, 2].map((id) => ({ jsonrpc: "2.0", id, method: id === 1 ? "eth_chainId" : "nothing" }));
    expect(await post([...batch, { jsonrpc: "2.0", method: "eth_chainId" }])).toMatchObject([
      { id: 1, result: "0x89" },
      { id: 2, error: { code: -32601 } },
    ]);
    expect(await post(Array.from({ length: 21 }, () => batch[0]))).toMatchObject({ error: { code: -32600 } });
  });
});

describe("the node, watched by viem over WebSocket", () => {
  it("announces every new head and the logs that were asked for, and re-sends orphaned ones", async () => {
    const transport = webSocket(simnet.wsUrl, { retryCount: 0 });
    const watcher = createPublicClient({ chain: polygon, transport });
    const [heads, logs]: [bigint[], Log[]] = [[], []];
    const errors: Error[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const stopHeads = watcher.watchBlockNumber({ onBlockNumber: (number) => void heads.push(number), onError });
    const stopLogs = watcher.watchEvent({ address: V2_EXCHANGE, onLogs: (fresh) => void logs.push(...fresh), onError });
    // Both subscriptions are made once the node has answered a later call on the same socket.
    await watcher.getChainId();
    await watcher.getChainId();

    const from = simnet.chain.head() + 1;
    simnet.advanceTo(START + 30 * 60_000);
    const to = simnet.chain.head();
    const expected = simnet.chain
      .nonEmpty(from, to)
      .flatMap(simnet.chain.logsOf)
      .filter((log) => log.address === V2_EXCHANGE);
    await watcher.getChainId();
    expect(heads).toEqual(Array.from({ length: to - from + 1 }, (_, i) => BigInt(from + i)));
    expect(logs.map((log) => log.data)).toEqual(expected.map((log) => log.data));
    expect(logs.length).toBeGreaterThan(50);

    logs.length = 0;
    let at = START + 30 * 60_000;
    while (logsAtTip(simnet) === 0) {
      at += 1_500;
      simnet.advanceTo(at);
    }
    await watcher.getChainId();
    logs.length = 0;
    simnet.reorg(2);
    await watcher.getChainId();
    const removed = logs.filter((log) => log.removed);
    expect(removed.length).toBeGreaterThan(0);
    expect(logs.filter((log) => !log.removed).map((log) => log.data)).toEqual(removed.map((log) => log.data));

    stopHeads();
    stopLogs();
    await watcher.getChainId();
    expect(errors).toEqual([]);
    (await watcher.transport.getRpcClient()).close();
  });
});

const logsAtTip = ({ chain }: Simnet): number =>
  chain
    .nonEmpty(chain.head() - 1, chain.head())
    .flatMap(chain.logsOf)
    .filter((log) => log.address === V2_EXCHANGE).length;
