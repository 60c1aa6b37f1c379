import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { createAccountClient } from "../../src/adapters/polymarket-clob/account-client.ts";
import { login } from "../../src/adapters/polymarket-clob/login.ts";
import { createSignerClient } from "../../src/adapters/signer/signer-client.ts";
import { startSigner } from "../../src/adapters/signer/signer-server.ts";
import { createSpentFile } from "../../src/adapters/signer/spent-file.ts";
import { type Simnet, type SimnetOptions, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import { createTransientOrders } from "../../src/apps/live/transient-orders.ts";
import { orderDomain, type SignatureType } from "../../src/core/chain/exchange-order.ts";
import { ownerWallets } from "../../src/core/chain/owner-wallets.ts";
import type { OrderResult } from "../../src/core/execution/order.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { price, usd } from "../../src/core/money/amounts.ts";
import { epochMs } from "../../src/core/time/time.ts";
import type { OrderSigner } from "../../src/ports/order-signer.ts";
import type { RedemptionSigner } from "../../src/ports/redemption-signer.ts";
import { createLiveVenue } from "../../src/services/live/live-venue.ts";
import { createOrderHints } from "../../src/services/live/order-hints.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { createQuietLogger } from "./quiet-logger.ts";
import { GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "./simulated-chain.ts";

/** Public test key: it never holds anything. */
export const OWNER = privateKeyToAccount(`0x${"11".repeat(32)}`);
const own = ownerWallets(parseAddress(OWNER.address));
/** By signature type; of the kinds of contract wallet those that belong to the key. */
export const WALLETS = [own.owner, own.proxy, own.safe, own.deposit] as const;
export const START = epochMs(GENESIS_MS + 2 * HOUR_MS + 5 * 60_000);
export const COLLATERAL_USD = 1_000;
const PATIENCE_MS = 10_000;

export type LiveSimnet = Awaited<ReturnType<typeof startLiveSimnet>>;

/** One world whose venue knows one key with a wallet of each signature type. */
export async function startLiveSimnet(options: Partial<SimnetOptions> = {}) {
  const clock = createManualClock(START);
  const accounts = WALLETS.map((wallet, signatureType) => ({
    ...{ owner: OWNER.address, wallet, collateralUsd: COLLATERAL_USD },
    signatureType: signatureType as SignatureType,
  }));
  const world = { seed: 15, genesisMs: GENESIS_MS, history: 1, wallets: SMALL_POPULATION, isManual: true };
  const simnet = await startSimnet({ ...world, port: 0, clock, accounts, ...options });
  const folder = mkdtempSync(join(tmpdir(), "orderflow-live-"));
  const stops: (() => Promise<void>)[] = [];
  let serial = 0;
  return {
    ...{ clock, simnet },
    /** @param timeoutMs of the client, in real time: short only where an answer is meant to be missing */
    async login(signatureType: SignatureType, timeoutMs = PATIENCE_MS) {
      const name = join(folder, String(serial++));
      const wallet = WALLETS[signatureType];
      const server = await startSigner(`${name}.sock`, {
        ...{ account: OWNER, policy: policyOf(wallet, signatureType), spent: createSpentFile(`${name}.json`) },
        ...{ clock, logger: createQuietLogger() },
      });
      stops.push(() => server.close());
      const socket = `${name}.sock`;
      return { socket, ...(await loginWith(simnet, clock, createSignerClient(socket), signatureType, timeoutMs)) };
    },
    async pass(ms: number) {
      await clock.advance(ms);
      simnet.advanceTo(clock.nowMs());
    },
    async stop() {
      for (const stop of stops) await stop();
      await simnet.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export const policyOf = (wallet: ReturnType<typeof parseAddress>, signatureType: SignatureType) => ({
  ...{ wallet, signatureType, sides: ["BUY", "SELL"] as const },
  contracts: [false, true].map((negRisk) => orderDomain("v1", negRisk).verifyingContract),
  ...{ minPrice: price(10_000n), maxPrice: price(990_000n) },
  ...{ maxOrderUsd: usd(100_000_000n), maxDayUsd: usd(1_000_000_000n) },
});

/** Everything of the program between a decision and the venue, with the key behind the signer's socket. */
async function loginWith(
  simnet: Simnet,
  clock: ManualClock,
  signer: OrderSigner & RedemptionSigner,
  signatureType: SignatureType,
  timeoutMs: number,
) {
  const signal = new AbortController().signal;
  const at = { url: simnet.clobUrl, userAgent: "orderflow/test", clock };
  const credentials = await login({ ...at, timeoutMs: PATIENCE_MS, signer }, signal);
  const client = createAccountClient({
    ...at,
    ...{ owner: OWNER.address, credentials, signatureType, timeoutMs },
  });
  const identity = await signer.identity(signal);
  const store = createTransientOrders();
  const alarms: string[] = [];
  const market = (id: string) => simnet.world.markets.find(({ conditionId }) => conditionId === id);
  let salt = 0;
  const venue = createLiveVenue({
    ...{ client, signer, store, clock, account: identity, logger: createQuietLogger() },
    exchangeOf: async (id) => ({ marketVersion: "v1", negRisk: market(id)?.negRisk === true }),
    random: () => (++salt * 0.618) % 1,
    alarm: async (sort) => void alarms.push(sort),
    ...{ hold: () => null, hints: createOrderHints(clock) },
  });
  const place = (order: Parameters<typeof venue.place>[0]): Promise<OrderResult> =>
    untilDone(simnet, clock, venue.place(order, signal));
  const index = simnet.world.wallets.findIndex((each) => each.address === identity.wallet);
  return { ...{ client, credentials, signer, store, alarms, place, ...identity, index } };
}

/** Lets time pass, a second at a time, whenever everything waits for it. */
export async function untilDone<T>(simnet: Simnet, clock: ManualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const over = (): void => {
    isDone = true;
  };
  void work.then(over, over);
  while (!isDone) {
    if (clock.sleeping() === 0) await new Promise((resolve) => setImmediate(resolve));
    else {
      await clock.advance(1_000);
      simnet.advanceTo(clock.nowMs());
    }
  }
  return work;
}

/** Of the markets with a book on both sides the one that trades longest: its price moves least. */
export function tradedMarket(simnet: Simnet, at: number, negRisk: boolean): SimMarket {
  const found = simnet.world.markets.filter((market) => {
    const isMeant = market.negRisk === negRisk && market.terms.tickPips === 100;
    const state = simnet.world.stateOf(market);
    if (!isMeant || state === undefined || market.opensAt > at || market.endsAt < at) return false;
    return [true, false].every((bids) => simnet.world.quotes.side(state, at, bids).length > 3);
  });
  const longest = found.toSorted((a, b) => b.endsAt - a.endsAt)[0];
  if (longest === undefined) throw new Error("the history holds no such market");
  return longest;
}
