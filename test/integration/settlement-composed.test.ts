import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnvironment } from "../../src/adapters/config/load.ts";
import { createClobBookSource } from "../../src/adapters/polymarket-clob/book-source.ts";
import { createSettlementStore } from "../../src/adapters/postgres/settlement-store.ts";
import { RELAYER_KEY } from "../../src/adapters/simnet/server/relayer-routes.ts";
import { winner } from "../../src/adapters/simnet/world/market.ts";
import { createSettlement } from "../../src/apps/settlement.ts";
import { manualOrder } from "../../src/core/execution/manual-order.ts";
import { price, usd } from "../../src/core/money/amounts.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { type LiveSimnet, startLiveSimnet, untilDone } from "../support/live-simnet.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";

const signal = new AbortController().signal;
let live: LiveSimnet;
beforeAll(async () => {
  live = await startLiveSimnet();
});
afterAll(() => live.stop());

describeOnOneEngine("settlement beside the executor", (getDb) => {
  test("what was bought and won is found by the venue's list and paid out; another signer's wallet is left alone", async () => {
    const { simnet, clock } = live;
    const { world } = simnet;
    const trader = await live.login(3);
    const books = createClobBookSource({ url: simnet.clobUrl, timeoutMs: 5_000, userAgent: "orderflow/test" });
    const [market] = world.markets
      .filter(
        (each) => each.kind === "updown15m" && each.opensAt <= clock.nowMs() && each.endsAt > clock.nowMs() + 300_000,
      )
      .toSorted((a, b) => a.endsAt - b.endsAt);
    if (market === undefined) throw new Error("no market");
    const outcomeIndex = winner(market);
    const [book, terms] = [
      await books.fetchBook(market.tokenIds()[outcomeIndex], signal),
      await books.fetchTerms(market.conditionId, signal),
    ];
    if (book === null || terms === null) throw new Error("no book");
    const limitPrice = price((book.asks[0]?.price ?? 0n) + 5n * book.tickSize);
    const own = { marketId: market.conditionId, tokenIds: market.tokenIds(), outcomeIndex, book, terms };
    const at = clock.nowMs();
    const bought = await trader.place(manualOrder(own, { side: "BUY", stakeUsd: usd(20_000_000n), limitPrice, at }));
    expect(bought.status).toBe("filled");
    const held = world.accounts.holding(trader.index, market, outcomeIndex);
    await live.pass(market.resolvesAt + 120_000 - clock.nowMs());
    const before = world.accounts.cash(trader.index);

    const logger = createQuietLogger();
    const compose = (acknowledged: string) => {
      const environment = parseEnvironment({
        process: {
          ...{ ENABLE_PAPER_TRADING: "false", LIVE_TRADING_ACK: acknowledged, SIGNER_SOCKET: trader.socket },
          ...{ POLYGON_RPC_URL: simnet.rpcUrl, DATA_API_URL: simnet.dataUrl, RELAYER_URL: simnet.relayerUrl },
          RELAYER_API_KEY: RELAYER_KEY,
        },
        file: null,
      });
      return createSettlement({ environment, database: getDb(), clock, logger, machineTimeFactor: 1 });
    };
    const run = async (acknowledged: string, detail: string): Promise<void> => {
      const service = compose(acknowledged);
      const stop = new AbortController();
      const running = service?.run(stop.signal).catch(() => {});
      const isThere = async (): Promise<void> => {
        while (!service?.health().detail.includes(detail)) await clock.sleep(5_000, signal);
        stop.abort();
        await running;
      };
      await untilDone(simnet, clock, isThere());
    };
    await run(`0x${"44".repeat(20)}`, "not for the acknowledged");
    expect(world.accounts.cash(trader.index)).toBe(before);
    await run(trader.wallet, "nothing to redeem");
    expect(world.accounts.cash(trader.index)).toBe(before + held);
    const last = await createSettlementStore(getDb()).last(market.conditionId);
    expect(last).toMatchObject({ failures: 0, record: { outcome: "REDEEMED", payoutUsd: BigInt(held) } });
    expect(compose("")).toBeNull();
  });
});
