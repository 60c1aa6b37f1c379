import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { type Hex, toHex } from "viem";
import { dyingWithParent } from "./postgres-server.ts";

/** A transaction as its sender asks for it; the node holds the senders' keys. */
export type Call = { readonly from: Hex; readonly to: Hex; readonly data: Hex };

export type NodeBlock = {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: number;
};

export type Anvil = {
  readonly port: number;
  /** Any method of the node. @throws the node's own words */
  ask<T>(method: string, params?: readonly unknown[]): Promise<T>;
  /** @returns null where the node has no such block */
  block(tag: "latest" | "finalized" | number): Promise<NodeBlock | null>;
  head(): Promise<NodeBlock>;
  /** Makes one block of these transactions, two seconds after the last. @throws when one of them fails */
  mine(calls: readonly Call[]): Promise<NodeBlock>;
  /** Replaces as many blocks as there are lists; each list is a block's transactions. @throws when one of them fails */
  reorg(blocks: readonly (readonly Call[])[]): Promise<void>;
  /** Ends as an operator ends it: what it holds is written to `stateFile`. */
  stop(): Promise<void>;
  /** Ends as a crash does: nothing is written. */
  kill(): Promise<void>;
};

export type AnvilOptions = {
  /** Read if it exists, written by `stop`. */
  readonly stateFile?: string;
};

/** Genesis of the test chain: a block of the time when V2 was young. Tests count from it. */
export const GENESIS = { block: 86_200_000, unixSeconds: 1_778_000_000 };
/** For `eth_getLogs`: from "earliest", anvil looks for 86 million blocks that it does not have. */
export const WHOLE_CHAIN = { fromBlock: toHex(GENESIS.block), toBlock: "latest" };
/** Anvil calls a block final when this many follow it: two epochs. */
export const FINAL_AFTER = 32;
const ACCOUNTS = 14;

const START_MS = 20_000;
/** Free of charge, so that nobody needs money. */
const GAS = { gas: "0x2dc6c0", gasPrice: "0x0" };

const require = createRequire(import.meta.url);
const PACKAGE = "@foundry-rs/anvil-linux-amd64";

/** The binary that npm installs where it exists for the platform; null elsewhere: tests that need it are skipped. */
export const anvilBinary: string | null = orNull(() => require.resolve(`${PACKAGE}/bin/anvil`));
export const anvilVersion = (): string => (require(`${PACKAGE}/package.json`) as { version: string }).version;

function orNull(find: () => string): string | null {
  try {
    return find();
  } catch {
    return null;
  }
}

/** A real Ethereum node with Polygon's chain id, that makes blocks only when told to. */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  if (anvilBinary === null) throw new Error("anvil is not installed");
  const [command = "", ...args] = [
    ...dyingWithParent(),
    ...[anvilBinary, "--port", "0", "--chain-id", "137", "--no-mining", "--order", "fifo"],
    ...["--number", String(GENESIS.block), "--timestamp", String(GENESIS.unixSeconds)],
    ...["--slots-in-an-epoch", String(FINAL_AFTER / 2), "--accounts", String(ACCOUNTS)],
    ...["--gas-price", "0", "--block-base-fee-per-gas", "0", "--gas-limit", "300000000"],
    ...(options.stateFile === undefined ? [] : ["--state", options.stateFile, "--preserve-historical-states"]),
  ];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const port = await listeningPort(child);
  const node = createNode(child, port);
  await node.ask("anvil_setBlockTimestampInterval", [2]);
  return node;
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const fail = (why: string): void => {
      child.kill("SIGKILL");
      reject(new Error(`anvil ${why}:\n${printed}`));
    };
    const late = setTimeout(fail, START_MS, "does not listen");
    const read = (piece: Buffer): void => {
      if (printed.length < 8_000) printed += piece.toString();
      const port = /Listening on [\d.]+:(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => fail(error.message));
    child.once("exit", () => {
      clearTimeout(late);
      fail("ended while starting");
    });
  });
}

type RpcBlock = { number: Hex; hash: Hex; parentHash: Hex; timestamp: Hex };
type Receipt = { readonly status: Hex; readonly transactionHash: Hex };

function createNode(child: ChildProcess, port: number): Anvil {
  let id = 0;

  async function ask<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    id += 1;
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", headers, body });
    const answer = (await response.json()) as { result?: T; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  }

  async function block(tag: "latest" | "finalized" | number): Promise<NodeBlock | null> {
    const name = typeof tag === "number" ? toHex(tag) : tag;
    const found = await ask<RpcBlock | null>("eth_getBlockByNumber", [name, false]);
    if (found === null) return null;
    const { number, hash, parentHash, timestamp } = found;
    return { number: Number(number), hash, parentHash, timestamp: Number(timestamp) };
  }

  async function head(): Promise<NodeBlock> {
    const found = await block("latest");
    if (found === null) throw new Error("a node without a block");
    return found;
  }

  async function requireSuccess(number: number, calls: number): Promise<void> {
    const receipts = await ask<Receipt[]>("eth_getBlockReceipts", [toHex(number)]);
    const failed = receipts.filter(({ status }) => status !== "0x1").map((each) => each.transactionHash);
    if (receipts.length !== calls || failed.length > 0) {
      throw new Error(`block ${number}: ${receipts.length} of ${calls} transactions, failed: ${failed.join(" ")}`);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  return {
    port,
    ask,
    block,
    head,
    async mine(calls) {
      for (const call of calls) await ask("eth_sendTransaction", [{ ...call, ...GAS }]);
      await ask("evm_mine");
      const made = await head();
      await requireSuccess(made.number, calls.length);
      return made;
    },
    async reorg(blocks) {
      const transactions = blocks.flatMap((calls, at) => calls.map((call) => [{ ...call, ...GAS }, at]));
      await ask("anvil_reorg", [blocks.length, transactions]);
      const { number } = await head();
      for (const [at, calls] of blocks.entries()) await requireSuccess(number - blocks.length + 1 + at, calls.length);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}
