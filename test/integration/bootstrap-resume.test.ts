// Goal: an import can be stopped at any time and goes on where it was; the venue's troubles are nobody else's. Method:
// the real client against a server that says what the test wants, on both engines.
import { expect, test } from "vitest";
import { REQUESTS_PER_SECOND } from "../../src/adapters/polymarket-data/rate-limits.ts";
import { createImportStore } from "../../src/adapters/postgres/import-store.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { AbortedError } from "../../src/core/errors.ts";
import { epochMs, MINUTE_MS } from "../../src/core/time/time.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { createBootstrapService } from "../../src/services/bootstrap/bootstrap-service.ts";
import { estimateBudget } from "../../src/services/bootstrap/request-budget.ts";
import { type BootstrapDeps, runBootstrap } from "../../src/services/bootstrap/run-bootstrap.ts";
import { walletNo } from "../support/chain-facts.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { type FakeData, type FakeDataApi, startFakeDataApi } from "../support/fake-data-api.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createQuietLogger } from "../support/quiet-logger.ts";
import { createReputationBench } from "../support/reputation-bench.ts";
import { hash32 } from "../support/sample-logs.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20));
const WALLETS = 40;
const never = new AbortController().signal;
const leaders = Array.from({ length: WALLETS }, (_, i) => walletNo(i + 1));

/** Each bought one share in a market of its own, won, and was paid. */
const data: FakeData = {
  leaders,
  activity: (user) => [
    {
      ...{ proxy_wallet: user, timestamp: NOW / 1000 - 900, condition_id: hash32(user), type: "TRADE", side: "BUY" },
      ...{ size: 1, usdc_size: 0.5, price: 0.5, token_id: "7", outcome_index: 0, event_slug: "", transaction_hash: "" },
    },
  ],
  resolutions: new Map(leaders.map((user) => [hash32(user), { payouts: [1e6, 0], at: "2026-11-19T23:50:00Z" }])),
};

describeOnOneEngine("an import", (getDb) => {
  async function deps(api: FakeDataApi): Promise<BootstrapDeps & { readonly scored: () => Promise<number> }> {
    const bench = await createReputationBench(getDb(), { now: NOW });
    return {
      ...{ history: api.history, store: createImportStore(getDb()), clock: bench.clock, wall: createSystemClock() },
      logger: createQuietLogger(),
      publish: async (signal) => void (await bench.service.calculate(signal)),
      scored: async () => (await bench.rows()).scores.length,
    };
  }
  const walletsAsked = (api: FakeDataApi): string[] =>
    api.asked.filter(({ pathname }) => pathname === "/v2/activity").map((url) => url.searchParams.get("user") ?? "");

  test("that is stopped goes on with the wallets that are left, and reads none twice", async () => {
    const api = await startFakeDataApi(data);
    try {
      const parts = await deps(api);
      const stop = new AbortController();
      const request = { wallets: WALLETS, days: 90 };
      const stopped = runBootstrap(
        parts,
        request,
        ({ walletsDone }) => {
          if (walletsDone === 10) stop.abort();
        },
        stop.signal,
      );
      await expect(stopped).rejects.toThrow(AbortedError);
      const run = await parts.store.unfinishedRun(NOW);
      const left = await parts.store.pending(run?.runId ?? 0);
      expect(left.length).toBeGreaterThan(0);
      expect(left.length).toBeLessThanOrEqual(WALLETS - 10);
      const before = api.asked.length;

      const shown: number[] = [];
      const report = await runBootstrap(parts, request, ({ walletsDone }) => void shown.push(walletsDone), never);
      // The bar goes on where it was.
      expect(shown.slice(1, 2)).toEqual([WALLETS - left.length]);
      expect(report).toMatchObject({ isResumed: true, walletsBefore: WALLETS - left.length });
      expect(report?.counts).toMatchObject({ pending: 0, done: WALLETS });
      expect(new Set(walletsAsked(api)).size).toBe(WALLETS);
      const again = api.asked.slice(before).filter(({ pathname }) => pathname === "/v2/activity");
      // A request that the stop cut off may reach the server late, so each once is not said here.
      expect([...new Set(again.map((url) => url.searchParams.get("user")))].sort()).toEqual([...left].sort());
      expect(await parts.scored()).toBe(WALLETS);
    } finally {
      await api.close();
    }
  });

  test("of a wallet whose history is refused leaves the others as they are", async () => {
    const activity = (user: string) => (user === walletNo(3) ? [{ timestamp: "soon" }] : (data.activity?.(user) ?? []));
    const api = await startFakeDataApi({ ...data, activity });
    try {
      const report = await runBootstrap(await deps(api), { wallets: WALLETS, days: 90 }, () => {}, never);
      expect(report?.counts).toMatchObject({ done: WALLETS - 1, failed: 1, pending: 0 });
      expect([...(report?.counts.reasons ?? [])]).toEqual([["DATA_API_MALFORMED", 1]]);
    } finally {
      await api.close();
    }
  });

  test("in the background ends nobody when the venue cannot be reached, and says so once", async () => {
    const api = await startFakeDataApi(data);
    const parts = await deps(api);
    await api.close();
    const [wall, stop] = [createManualClock(NOW), new AbortController()];
    const warned: string[] = [];
    const logger: Logger = { ...createQuietLogger(), warn: (message) => void warned.push(message), with: () => logger };
    const service = createBootstrapService({ ...parts, wall, logger }, { wallets: WALLETS, days: 90 });
    const running = service.run(stop.signal);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await wall.untilSleeping();
      expect(service.health()).toMatchObject({ ready: false, detail: expect.stringContaining("cannot be reached") });
      await wall.advance(5 * MINUTE_MS);
    }
    expect(warned).toEqual(["no history of accounts: scores come from the chain alone until it answers"]);
    stop.abort();
    await running;
  });

  test("in the background hides no fault of our own", async () => {
    const api = await startFakeDataApi(data);
    try {
      const parts = await deps(api);
      const history = { ...api.history, freshness: () => Promise.reject(new TypeError("a bug")) };
      const service = createBootstrapService({ ...parts, history }, { wallets: WALLETS, days: 90 });
      await expect(service.run(never)).rejects.toThrow("a bug");
    } finally {
      await api.close();
    }
  });

  test("in the background runs once, and not where there are scores", async () => {
    const api = await startFakeDataApi(data);
    try {
      const parts = await deps(api);
      const runUntil = async (isOver: (detail: string) => boolean): Promise<void> => {
        const stop = new AbortController();
        const service = createBootstrapService(parts, { wallets: WALLETS, days: 90 });
        const running = service.run(stop.signal);
        while (!isOver(service.health().detail)) await new Promise((resolve) => setImmediate(resolve));
        stop.abort();
        await running;
      };
      await runUntil((detail) => detail === `${WALLETS} accounts scored from the venue's history`);
      const asked = api.asked.length;
      await runUntil((detail) => detail === "there are scores already");
      expect(api.asked.length).toBe(asked);
    } finally {
      await api.close();
    }
  });
});

test("five hundred wallets fit into ten minutes at the rates that we keep, even at their limits", () => {
  const { usual, most } = estimateBudget(500, REQUESTS_PER_SECOND);
  expect(usual).toEqual({ requests: 5_535, seconds: 150 });
  expect(most.seconds).toBeLessThan(600);
});
