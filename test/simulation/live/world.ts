import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { createAccountClient } from "../../../src/adapters/polymarket-clob/account-client.ts";
import { createClobBookSource } from "../../../src/adapters/polymarket-clob/book-source.ts";
import { login } from "../../../src/adapters/polymarket-clob/login.ts";
import { createChainStore } from "../../../src/adapters/postgres/chain-store.ts";
import { ts } from "../../../src/adapters/postgres/codecs.ts";
import type { Database } from "../../../src/adapters/postgres/connect.ts";
import { createSignerClient } from "../../../src/adapters/signer/signer-client.ts";
import { startSigner } from "../../../src/adapters/signer/signer-server.ts";
import { createSpentFile } from "../../../src/adapters/signer/spent-file.ts";
import type { OrderFault } from "../../../src/adapters/simnet/faults/order-faults.ts";
import { startSimnet } from "../../../src/adapters/simnet/simnet.ts";
import type { SimMarket } from "../../../src/adapters/simnet/world/market.ts";
import type { SignatureType } from "../../../src/core/chain/exchange-order.ts";
import { parseAddress } from "../../../src/core/ids/ids.ts";
import { notional, price, usd } from "../../../src/core/money/amounts.ts";
import { type EpochMs, epochMs } from "../../../src/core/time/time.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import * as facts from "../../support/chain-facts.ts";
import { COLLATERAL_USD, OWNER, policyOf, START } from "../../support/live-simnet.ts";
import { createQuietLogger } from "../../support/quiet-logger.ts";
import { putScore } from "../../support/scores.ts";
import { GENESIS_MS, SMALL_POPULATION } from "../../support/simulated-chain.ts";
import { anOrderHash, sh } from "../../support/trading.ts";
import { MARKETS, WHALES } from "./plan.ts";

/** In real time: simnet is on this machine, and an answer that never comes is waited for so long. */
const TIMEOUT_MS = 500;
const forever = AbortSignal.any([]);

/** simnet with one account at its venue, that account's signer and client, and a database that whales write to. */
export async function createLiveWorld(options: {
  readonly database: Database;
  readonly now: () => number;
  /** What goes wrong with the first orders that arrive. */
  readonly orderFaults: readonly (OrderFault | null)[];
  readonly signatureType: SignatureType;
}) {
  const { database, now, signatureType } = options;
  const clock: Clock = { nowMs: () => epochMs(Math.floor(now())), sleep: () => Promise.resolve() };
  const wallet = parseAddress(signatureType === 0 ? OWNER.address : `0x${"b".repeat(39)}${signatureType}`);
  const account = { owner: OWNER.address, wallet, signatureType, collateralUsd: COLLATERAL_USD };
  const simnet = await startSimnet({
    ...{ seed: 15, genesisMs: GENESIS_MS, history: 1, wallets: SMALL_POPULATION, isManual: true, port: 0, clock },
    accounts: [account],
  });
  simnet.faults.plan(...options.orderFaults);
  const folder = mkdtempSync(join(tmpdir(), "orderflow-live-world-"));
  const socket = join(folder, "s.sock");
  const signer = await startSigner(socket, {
    ...{ account: OWNER, policy: policyOf(wallet, signatureType), spent: createSpentFile(join(folder, "spent.json")) },
    ...{ clock, logger: createQuietLogger() },
  });
  const at = { url: simnet.clobUrl, timeoutMs: TIMEOUT_MS, userAgent: "orderflow/test", clock };
  // In real time, which a busy machine takes much of.
  const using = createSignerClient(socket, 60_000);
  const credentials = await login({ ...at, timeoutMs: 10_000, signer: using }, forever);
  const client = createAccountClient({ ...at, owner: OWNER.address, credentials, signatureType });
  const books = createClobBookSource(at);
  const markets = simnet.world.markets
    .filter((market) => market.terms.tickPips === 100 && market.opensAt < START && market.endsAt > START + 3_600_000)
    .slice(0, MARKETS);
  const index = simnet.world.wallets.findIndex((each) => each.address === wallet);
  const patient = createClobBookSource({ ...at, timeoutMs: 10_000 });
  const whales = await createWhales(database, clock, markets, patient);
  return {
    ...{ simnet, signer: using, client, books, wallet, markets, whales, credentials, clock, folder },
    identity: { owner: parseAddress(OWNER.address), wallet, signatureType },
    marketOf: (id: string) => simnet.world.markets.find(({ conditionId }) => conditionId === id),
    cash: (): bigint => BigInt(simnet.world.accounts.cash(index)),
    held: (market: SimMarket, outcome: 0 | 1): bigint => BigInt(simnet.world.accounts.holding(index, market, outcome)),
    async stop(): Promise<void> {
      await signer.close();
      await simnet.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type LiveWorld = Awaited<ReturnType<typeof createLiveWorld>>;

/** What happens on the chain, as a listener would have written it: blocks, and fills of wallets with high scores. */
export async function createWhales(
  database: Database,
  clock: Clock,
  markets: readonly SimMarket[],
  books: ReturnType<typeof createClobBookSource>,
) {
  const chain = createChainStore(database);
  let block = 1;
  let orders = 0;
  /** The outcome that each whale bought in each market. */
  const bought = new Map<string, number>();
  const record = (content: Partial<Parameters<typeof facts.aRecord>[2]> = {}) => {
    const timestamp = Math.floor(clock.nowMs() / 1_000);
    return facts.aRecord(block, block, {
      blocks: [{ ...facts.aBlock(block), timestamp }],
      committedAt: clock.nowMs(),
      ...content,
    });
  };
  const prepared = markets.map((market) => ({
    ...{ marketId: market.conditionId, negRisk: market.negRisk, tokenIds: market.tokenIds(), preparedBlock: block },
  }));
  await chain.extend(record({ markets: prepared }));
  const infos = markets.map((market, n) =>
    facts.aMarketInfo(n, {
      ...{ marketId: market.conditionId, tokenIds: market.tokenIds(), negRisk: market.negRisk },
      ...{ eventId: String(n), endsAt: epochMs(market.endsAt), tickSize: price(10_000n) },
    }),
  );
  await chain.saveMarketInfo(infos, clock.nowMs());
  for (let whale = 1; whale <= WHALES; whale += 1) {
    await putScore(database, facts.walletNo(whale), { score: 8.5 + whale / 3, edgeLowerBound: 0.05, tier: "WHALE" });
  }

  async function mine(content: Partial<Parameters<typeof facts.aRecord>[2]> = {}): Promise<void> {
    block += 1;
    await chain.extend(record(content));
  }

  return {
    mine: () => mine(),
    /** 900 shares of the outcome that costs less, at the best price there is. @returns whether there was one */
    async trade(side: "BUY" | "SELL", whale: number, market: number): Promise<boolean> {
      const place = `${whale} ${market}`;
      const tokens = markets[market]?.tokenIds() ?? [];
      const seen = await Promise.all(tokens.map((token) => books.fetchBook(token, forever)));
      const asks = seen.map((book) => book?.asks[0]?.price ?? price(1_000_000n));
      const cheap = side === "SELL" ? (bought.get(place) ?? 0) : (asks[1] ?? 0n) < (asks[0] ?? 0n) ? 1 : 0;
      const [at, tokenId] = [asks[cheap], tokens[cheap]];
      if (at === undefined || tokenId === undefined || at >= 1_000_000n) return false;
      orders += 1;
      if (side === "BUY") bought.set(place, cheap);
      const when: EpochMs = clock.nowMs();
      const size = sh("900");
      const { fill } = facts.aFill({
        ...{ wallet: facts.walletNo(whale), tokenId, side, blockNumber: block + 1, logIndex: 0 },
        ...{ orderHash: anOrderHash(orders), size, cash: usd(notional(at, size, "floor")) },
      });
      await mine({ fills: [{ fill, occurredAt: when, knownAt: when }] });
      return true;
    },
    async command(kind: "pause" | "resume" | "halt" | "close-all"): Promise<void> {
      await sql`INSERT INTO flow.command (kind, created_by, created_at)
        VALUES (${kind}, 'simulation', ${ts(clock.nowMs())})`.execute(database.kysely);
      await database.wake.notify("orderflow_commands");
    },
  };
}
