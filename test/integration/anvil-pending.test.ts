import { encodeFunctionData, type Hex } from "viem";
import { expect, test } from "vitest";
import { connectPolygon } from "../../src/adapters/polygon/connect-polygon.ts";
import { createPendingSource } from "../../src/adapters/polygon/pending-source.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { MATCH_ORDERS_ABI } from "../../src/core/chain/match-call.ts";
import { priceOf } from "../../src/core/money/amounts.ts";
import type { HeldHint, TradeHint } from "../../src/ports/trade-hint.ts";
import { decodeRange } from "../../src/services/listener/decode-range.ts";
import { createHintMatcher } from "../../src/services/listener/hint-matcher.ts";
import { filterOf } from "../../src/services/listener/log-filter.ts";
import { type Anvil, anvilBinary, startAnvil } from "../support/anvil.ts";
import { V2 } from "../support/anvil-polymarket.ts";
import { testContracts } from "../support/contracts.ts";
import { eventually } from "../support/eventually.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

const clock = createSystemClock();
const never = new AbortController().signal;
const ZERO: Hex = `0x${"00".repeat(32)}`;

/** A buyer takes from a seller of the same token, and from a buyer of the other outcome, whose order is filled in part. */
function callOfMixedMatch([taker, seller, buyer]: readonly Hex[]): Hex {
  const order = (maker: Hex = "0x", side: number, tokenId: bigint, makerAmount: bigint, takerAmount: bigint) => ({
    ...{ salt: tokenId, maker, signer: maker, tokenId, makerAmount, takerAmount, side, signatureType: 0 },
    ...{ timestamp: 1n, metadata: ZERO, builder: ZERO, signature: "0x99" as Hex },
  });
  const makers = [order(seller, 1, 7n, 3_000_000n, 1_000_000n), order(buyer, 0, 8n, 7_000_000n, 10_000_000n)];
  const [takerFill, makerFills] = [2_200_001n, [3_000_000n, 2_800_000n]] as const;
  const args = [
    ZERO,
    order(taker, 0, 7n, 9_000_000n, 20_000_000n),
    makers,
    takerFill,
    makerFills,
    0n,
    [0n, 0n],
  ] as const;
  return encodeFunctionData({ abi: MATCH_ORDERS_ABI, args });
}

async function fillsOf(node: Anvil) {
  const urls = [`http://127.0.0.1:${node.port}`];
  const source = await connectPolygon({ urls, clock, random: () => 0, logger: createQuietLogger() }, never);
  const { number } = await node.head();
  const range = { fromBlock: number, toBlock: number, headersFrom: number, filter: filterOf("trades") };
  const { logs } = await source.readRange(range, never);
  return decodeRange(logs, "trades").decoded.fills;
}

// Goal: what waits in a real node's pool is known before its logs, as its logs will say it. Method: a match is sent and not
// mined; the exchange, which computes the amounts by itself, emits them later.
test.skipIf(anvilBinary === null)("a pending match is a hint of each of its fills (needs anvil)", async () => {
  const node = await startAnvil();
  const stop = new AbortController();
  try {
    await node.ask("anvil_setCode", [V2, testContracts().OperatedExchange.code]);
    const accounts = await node.ask<Hex[]>("eth_accounts");
    const [operator, ...traders] = accounts;
    const hints: TradeHint[] = [];
    const logger = createQuietLogger();
    const url = `ws://127.0.0.1:${node.port}`;
    const source = createPendingSource({ url, clock, now: clock.nowMs, random: () => 0, logger, quietMs: 20_000 });
    source.subscribe((hint) => hints.push(hint), stop.signal);
    const call = { from: operator, to: V2, data: callOfMixedMatch(traders), gas: "0x2dc6c0", gasPrice: "0x0" };
    // Nobody tells when the subscription stands; what was sent before is not told of.
    await eventually(async () => {
      await node.ask("eth_sendTransaction", [call]);
      return hints.length > 0 ? null : "a hint";
    });
    await node.ask("evm_mine");
    const matcher = createHintMatcher();
    const held = hints.map((hint) => matcher.addHint(hint)).filter((each): each is HeldHint => each !== null);
    expect(held.every(({ match }) => match === null)).toBe(true);
    const fills = await fillsOf(node);
    const told = fills.filter(({ txHash }) => held.some(({ hint }) => hint.txHash === txHash));
    const proven = matcher.addFills(told, clock.nowMs());
    expect(proven).toHaveLength(held.length);
    for (const { hint, match } of proven) {
      const { wallet, tokenId, side, size, cash } = told.find((fill) => fill.logIndex === match?.logIndex) ?? {};
      expect(hint).toMatchObject({ source: "mempool", wallet, tokenId, side, size });
      expect(hint.price).toBe(priceOf(cash ?? (0n as never), hint.size, "halfEven"));
    }
    expect(new Set(proven.map(({ hint }) => hint.wallet)).size).toBe(3);
    expect(matcher.waiting()).toBe(0);
  } finally {
    stop.abort();
    await node.kill();
  }
});
