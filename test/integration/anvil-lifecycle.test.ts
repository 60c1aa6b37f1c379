import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attributeLogs } from "../../src/core/chain/attribute-logs.ts";
import { CONDITIONAL_TOKENS } from "../../src/core/chain/contracts.ts";
import { decodeLogs } from "../../src/core/chain/decode-logs.ts";
import type { Fill, RawLog } from "../../src/core/chain/fill.ts";
import type { LifecycleEffect } from "../../src/core/chain/lifecycle-effect.ts";
import { classOfTopic } from "../../src/core/chain/topic-classes.ts";
import { type Address, parseAddress, parseBlockHash, parseTxHash } from "../../src/core/ids/ids.ts";
import { type Anvil, anvilBinary, FINAL_AFTER, startAnvil, WHOLE_CHAIN } from "../support/anvil.ts";
import { startAnvilListener } from "../support/anvil-listener.ts";
import { deployPolymarket, type NodeMarket, type NodePolymarket } from "../support/anvil-polymarket.ts";
import { createTrading } from "../support/anvil-trading.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createReputationBench } from "../support/reputation-bench.ts";

// Goal: what we conclude from the logs is what the contract has in its books. Method: users split, merge, redeem and send
// tokens, directly and through the collateral adapter, between random matches; fills and effects are added up for every
// wallet and compared with the balances that Conditional Tokens and the collateral answer.
type NodeLog = Readonly<
  Record<"address" | "data" | "blockNumber" | "blockHash" | "transactionHash" | "transactionIndex" | "logIndex", string>
> & { readonly topics: readonly string[] };

const rawLog = (log: NodeLog): RawLog => ({
  address: parseAddress(log.address),
  topics: log.topics,
  data: log.data,
  blockNumber: Number(log.blockNumber),
  blockHash: parseBlockHash(log.blockHash),
  txHash: parseTxHash(log.transactionHash),
  txIndex: Number(log.transactionIndex),
  logIndex: Number(log.logIndex),
});

describe.skipIf(anvilBinary === null)("holdings against the real Conditional Tokens (needs anvil)", () => {
  let node: Anvil;
  let polymarket: NodePolymarket;
  let markets: readonly NodeMarket[];
  let cashBefore: ReadonlyMap<Address, bigint>;
  let fills: readonly Fill[] = [];
  let effects: readonly LifecycleEffect[] = [];
  let reasons: readonly string[] = [];

  beforeAll(async () => {
    node = await startAnvil();
    polymarket = await deployPolymarket(node);
    const { wallets } = polymarket;
    cashBefore = new Map(await Promise.all(wallets.map(async (each) => [each, await polymarket.cash(each)] as const)));
    markets = await Promise.all(["won", "lost", "half", "open"].map((name) => polymarket.market(name)));
    await node.mine(markets.map((market) => polymarket.prepare(market)));
    await node.mine(
      wallets.flatMap((wallet) => markets.map((market) => polymarket.split(wallet, market, 500_000_000n))),
    );
    const trading = createTrading(polymarket, markets, "holdings", { isExact: true });
    for (const calls of trading.blocks(120)) await node.mine(calls);
    await resolveAndRedeem();
    await read();
  });
  afterAll(() => node?.kill());

  async function resolveAndRedeem(): Promise<void> {
    const [won, lost, half] = markets as [NodeMarket, NodeMarket, NodeMarket, NodeMarket];
    const [a, b, c, d] = polymarket.wallets as [Address, Address, Address, Address, ...Address[]];
    await node.mine([
      polymarket.resolve(won, [1, 0]),
      polymarket.resolve(lost, [0, 1]),
      polymarket.resolve(half, [1, 1]),
    ]);
    // One micro of an odd amount goes elsewhere, so that the halves that are paid are whole.
    const ofHalf = await Promise.all(half.tokenIds.map((token) => polymarket.balance(c, token)));
    const odd = ofHalf.map((amount) => amount % 2n);
    await node.mine([
      ...half.tokenIds.map((token, index) => polymarket.transfer(c, d, token, odd[index] as bigint)),
      polymarket.redeem(a, won),
      polymarket.redeem(b, lost),
      polymarket.redeem(d, won),
    ]);
    const payout = ofHalf.reduce((sum, amount, index) => sum + (amount - (odd[index] as bigint)) / 2n, 0n);
    const wonByB = await polymarket.balance(b, won.tokenIds[0]);
    await node.mine([polymarket.adapter("redeem", c, half, payout), polymarket.adapter("redeem", b, won, wonByB)]);
  }

  async function read(): Promise<void> {
    const logs = (await node.ask<NodeLog[]>("eth_getLogs", [WHOLE_CHAIN])).map(rawLog);
    const decoded = decodeLogs(logs.filter(({ topics }) => classOfTopic(topics[0]) === "trade"));
    const own = logs.filter(({ address, topics }) => {
      return address === CONDITIONAL_TOKENS && classOfTopic(topics[0]) === "lifecycle";
    });
    const attributed = attributeLogs(own, decoded.fills, { negRiskMarketAt: () => null });
    const tokens = new Set(markets.flatMap(({ tokenIds }) => tokenIds.map(String)));
    fills = decoded.fills.filter(({ tokenId }) => tokens.has(tokenId));
    effects = attributed.effects;
    reasons = [...decoded.quarantined, ...attributed.quarantined].map(({ reason }) => reason);
  }

  test("every log is decoded and attributed", () => {
    expect(reasons).toEqual([]);
    expect(fills.length).toBeGreaterThan(100);
    const kinds = new Set(effects.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(["merge", "redeem", "split", "transfer"]);
  });

  test("fills, splits, merges, redemptions and transfers add up to every wallet's balance of every token", async () => {
    const held = new Map<string, bigint>();
    const add = (wallet: Address, token: string, amount: bigint): void => {
      held.set(`${wallet} ${token}`, (held.get(`${wallet} ${token}`) ?? 0n) + amount);
    };
    for (const { wallet, tokenId, side, size, fee, feeAsset } of fills) {
      add(wallet, tokenId, side === "BUY" ? size - (feeAsset === "shares" ? fee : 0n) : -size);
    }
    for (const effect of effects) {
      if (effect.kind === "transfer") {
        add(effect.from, effect.change.tokenId, -effect.change.amount);
        add(effect.to, effect.change.tokenId, effect.change.amount);
      } else {
        for (const { tokenId, amount } of effect.received) add(effect.wallet, tokenId, amount);
        for (const { tokenId, amount } of effect.given) add(effect.wallet, tokenId, -amount);
      }
    }
    const actual = new Map<string, bigint>();
    for (const wallet of polymarket.wallets) {
      for (const token of markets.flatMap(({ tokenIds }) => tokenIds)) {
        actual.set(`${wallet} ${token}`, await polymarket.balance(wallet, token));
      }
    }
    const ours = [...actual.keys()].map((key) => [key, held.get(key) ?? 0n]);
    expect(ours).toEqual([...actual]);
    expect(held.size).toBeLessThanOrEqual(actual.size);
  });

  test("and their cash to every wallet's collateral", async () => {
    for (const wallet of polymarket.wallets) {
      let cash = cashBefore.get(wallet) ?? 0n;
      for (const fill of fills) {
        if (fill.wallet !== wallet) continue;
        cash += fill.side === "BUY" ? -fill.cash : fill.cash;
        if (fill.feeAsset === "collateral") cash -= fill.fee;
      }
      for (const effect of effects) {
        if (effect.kind !== "transfer" && effect.wallet === wallet) cash += effect.cash;
      }
      expect(cash).toBe(await polymarket.cash(wallet));
    }
  });

  describeOnOneEngine("in the database", (getDb) => {
    test("its rows and the ledger add up to the contract's balances", { timeout: 60_000 }, async () => {
      const bench = await createReputationBench(getDb(), { fillsPerStep: 100 });
      for (let block = 0; block < FINAL_AFTER; block += 1) await node.mine([]);
      const listener = await startAnvilListener(getDb(), { httpPort: node.port, wsPort: node.port });
      await listener.settled(node, 10_000, 30_000);
      await listener.stop();
      await bench.service.calculate();
      type Row = { readonly name: string; readonly rows: string; readonly ledger: string };
      const { rows } = await sql<Row>`
        SELECT '0x' || encode(w.address, 'hex') || ' ' || t.token_id AS name, sum(c.amount)::text AS rows,
          coalesce((SELECT h.shares_micros FROM flow.holding h WHERE h.wallet_key = c.wallet_key
            AND h.token_key = c.token_key), 0)::text AS ledger
        FROM (
          SELECT wallet_key, token_key, amount_micros AS amount FROM flow.lifecycle
          UNION ALL SELECT wallet_key, token_key, CASE WHEN is_sell THEN -size_micros
            WHEN fee_in_shares THEN size_micros - fee_micros ELSE size_micros END FROM flow.fill
        ) c JOIN flow.wallet w USING (wallet_key) JOIN flow.token t USING (token_key)
        GROUP BY c.wallet_key, c.token_key, w.address, t.token_id`.execute(getDb().kysely);
      const held = new Map(rows.map((row) => [row.name, [row.rows, row.ledger]]));
      for (const wallet of polymarket.wallets) {
        for (const token of markets.flatMap(({ tokenIds }) => tokenIds)) {
          const actual = String(await polymarket.balance(wallet, token));
          expect([wallet, token, ...(held.get(`${wallet} ${token}`) ?? [])]).toEqual([wallet, token, actual, actual]);
        }
      }
      const { rows: quarantined } = await sql`SELECT reason FROM flow.quarantine`.execute(getDb().kysely);
      expect(quarantined).toEqual([]);
    });
  });
});
