import { openWalletChain } from "../../src/adapters/polygon/connect-polygon.ts";
import { createRelayerClient } from "../../src/adapters/polymarket-clob/relayer-client.ts";
import { RELAYER_KEY } from "../../src/adapters/simnet/server/relayer-routes.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import type { SignatureType } from "../../src/core/chain/exchange-order.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import type { SettlementDeps } from "../../src/services/settlement/settlement-deps.ts";
import { createSettlementService } from "../../src/services/settlement/settlement-service.ts";
import { type LiveSimnet, OWNER } from "./live-simnet.ts";
import { createMemorySettlement } from "./memory-settlement.ts";
import { createQuietLogger } from "./quiet-logger.ts";

/** One short market of each kind that is resolved; the world is moved to the time when both are. */
export async function resolvedMarkets(live: LiveSimnet): Promise<readonly SimMarket[]> {
  const { world } = live.simnet;
  const ended = [false, true].map((negRisk) => {
    const own = world.markets.filter((market) => market.negRisk === negRisk && world.stateOf(market) !== undefined);
    return own.toSorted((a, b) => a.resolvesAt - b.resolvesAt)[0] as SimMarket;
  });
  const last = Math.max(...ended.map(({ resolvesAt }) => resolvesAt));
  await live.pass(last + 60_000 - live.clock.nowMs());
  return ended;
}

/** As long as the service waits for a redemption at least. */
const STEP_MS = 5_000;

/** The settlement service of one signature type, over simnet's chain and relayer and the real signer. */
export async function settling(
  live: LiveSimnet,
  type: SignatureType,
  markets: readonly Pick<SimMarket, "conditionId" | "negRisk">[],
) {
  const trader = await live.login(type);
  const { accounts } = live.simnet.world;
  const candidates = markets.map(({ conditionId: marketId, negRisk }) => ({ marketId, negRisk }));
  const { store, records, claims } = createMemorySettlement(candidates);
  const logger = createQuietLogger();
  const alarms: string[] = [];
  const { clock, simnet } = live;
  const deps: SettlementDeps = {
    account: { owner: trader.owner, wallet: trader.wallet, signatureType: type },
    chain: openWalletChain({ urls: [simnet.rpcUrl], clock, random: () => 0.5, logger }),
    relayer: createRelayerClient({
      ...{ url: simnet.relayerUrl, timeoutMs: 10_000, userAgent: "orderflow/test" },
      ...{ apiKey: RELAYER_KEY, apiKeyAddress: parseAddress(OWNER.address) },
    }),
    ...{ signer: trader.signer, store, clock, logger, redeemable: async () => [] },
    alarm: (text) => alarms.push(text),
  };
  return {
    ...{ deps, records, claims, alarms, trader },
    cash: () => BigInt(accounts.cash(trader.index)),
    /** Gives the wallet so much of both outcomes, for as much of its cash: they pay as much again. */
    hold(market: SimMarket, micros: number) {
      accounts.split(trader.index, market, micros);
    },
    held: (market: SimMarket) => ([0, 1] as const).map((outcome) => accounts.holding(trader.index, market, outcome)),
    /** Lets the service work, with time passing whenever it waits, until `isDone`. @returns what it ended with */
    async run(isDone: () => boolean, using: SettlementDeps = deps): Promise<unknown> {
      const stop = new AbortController();
      let ended: { readonly error: unknown } | null = null;
      const end = (error: unknown): void => {
        ended = { error };
      };
      void createSettlementService(using).run(stop.signal).then(end, end);
      for (let rounds = 0; ended === null; rounds++) {
        if (rounds > 200_000) throw new Error("no end");
        if (isDone()) stop.abort();
        if (clock.sleeping() === 0) await new Promise((resolve) => setImmediate(resolve));
        else {
          await clock.advance(STEP_MS);
          simnet.advanceTo(clock.nowMs());
        }
      }
      return (ended as { readonly error: unknown }).error;
    },
  };
}
