import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RelayerFault, TransactionFault } from "../../src/adapters/simnet/faults/settlement-faults.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import type { SignatureType } from "../../src/core/chain/exchange-order.ts";
import { positionTokens } from "../../src/core/chain/position-id.ts";
import { InvariantError } from "../../src/core/errors.ts";
import { parseMarketId } from "../../src/core/ids/ids.ts";
import type { SettlementDeps } from "../../src/services/settlement/settlement-deps.ts";
import { type LiveSimnet, startLiveSimnet } from "../support/live-simnet.ts";
import { resolvedMarkets, settling } from "../support/settling.ts";

/** Redeeming against a chain and a relayer that check what they are handed. */
let live: LiveSimnet;
let markets: readonly SimMarket[];
beforeAll(async () => {
  live = await startLiveSimnet();
  markets = await resolvedMarkets(live);
});
afterAll(() => live.stop());

const FIVE = 5_000_000;
const TYPES: readonly SignatureType[] = [0, 1, 2, 3];
const isRedeemed = (claims: readonly (readonly unknown[])[], since: number): boolean =>
  claims.length > since && claims.at(-1)?.length === 0;

describe.each(TYPES)("with signature type %i", (type) => {
  test("every resolved market is redeemed once, as its owner signed it, and the wallet has its money", async () => {
    const { run, hold, held, cash, records, claims, deps } = await settling(live, type, markets);
    const before = cash();
    for (const market of markets) hold(market, FIVE);
    expect(before - cash()).toBe(10_000_000n);
    await run(() => isRedeemed(claims, 1));
    expect(cash()).toBe(before);
    expect(markets.flatMap(held)).toEqual([0, 0, 0, 0]);
    expect(records.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ["REDEEMED", 1],
      ["REDEEMED", 1],
    ]);
    // Looking again redeems nothing again.
    const looks = claims.length;
    await run(() => claims.length > looks + 2);
    expect(records).toHaveLength(2);
    expect(await deps.store.open()).toEqual([]);
  });
});

describe.each(TYPES)("a market of Protocol V2, with signature type %i", (type) => {
  test("is redeemed through the Router, the outcome that pays more first, once it is resolved", async () => {
    const marketId = parseMarketId(`0x02${"6b".repeat(16)}${"0".repeat(27)}${type}`);
    const { run, cash, records, claims, deps } = await settling(live, type, [{ conditionId: marketId, negRisk: true }]);
    const { positions } = live.simnet;
    const tokens = positionTokens(marketId).map(BigInt);
    const [before, { wallet }] = [cash(), deps.account];
    for (const [outcome, micros] of [5_000_000n, 2_000_001n].entries())
      positions.give(wallet, tokens[outcome] ?? 0n, micros);
    await run(() => claims.length > 1);
    expect([claims.at(-1), records]).toEqual([[], []]);
    positions.resolve(marketId, 250_000n);
    const looks = claims.length;
    await run(() => isRedeemed(claims, looks + 2));
    expect(claims[looks]).toMatchObject([{ payoutUsd: 2_750_000n, obstacle: null }]);
    expect(records.map(({ payoutUsd, outcome }) => [payoutUsd, outcome])).toEqual([
      [1_500_000n, "REDEEMED"],
      [1_250_000n, "REDEEMED"],
    ]);
    expect(cash() - before).toBe(2_750_000n);
    expect(tokens.map((token) => positions.held(wallet, token))).toEqual([0n, 0n]);
  });
});

describe("what goes wrong", () => {
  const RELAYER: readonly (readonly [faults: readonly RelayerFault[], outcomes: readonly string[]])[] = [
    [["answer lost"], ["REDEEMED"]],
    [["lost"], ["REDEEMED"]],
    [["rate limited", "lost"], ["REDEEMED"]],
    [["fails"], ["FAILED", "REDEEMED"]],
    [["stuck"], ["REPLACED", "REDEEMED"]],
  ];
  test.each(RELAYER)("at the relayer: %j", async (faults, outcomes) => {
    const { run, hold, cash, records, claims } = await settling(live, 3, markets.slice(0, 1));
    const before = cash();
    hold(markets[0] as SimMarket, FIVE);
    live.simnet.relayerFaults.plan(...faults);
    await run(() => isRedeemed(claims, 1));
    expect(records.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(cash()).toBe(before);
  });

  const CHAIN: readonly (readonly [faults: readonly TransactionFault[], outcomes: readonly string[]])[] = [
    [["answer lost"], ["REDEEMED"]],
    [["dropped"], ["REDEEMED"]],
    [["reverted"], ["FAILED", "REDEEMED"]],
    [Array.from({ length: 40 }, () => "dropped"), ["REPLACED", "REPLACED", "REDEEMED"]],
  ];
  test.each(CHAIN)("on the chain: %j", async (faults, outcomes) => {
    const { run, hold, cash, records, claims } = await settling(live, 0, markets.slice(0, 1));
    const before = cash();
    hold(markets[0] as SimMarket, FIVE);
    live.simnet.transactionFaults.plan(...faults);
    await run(() => isRedeemed(claims, 1));
    expect(records.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(cash()).toBe(before);
    const [first, second] = records.map(({ request }) => request);
    if (outcomes[0] !== "REPLACED" || first?.kind !== "TRANSACTION" || second?.kind !== "TRANSACTION") return;
    // The same place in the queue, clearly better paid: only one of the two can ever happen.
    expect(second.nonce).toBe(first.nonce);
    expect(second.maxFeePerGas * 100n).toBeGreaterThanOrEqual(first.maxFeePerGas * 130n);
  });

  test("what fails again and again is tried less and less often, and told", async () => {
    const { run, hold, records, alarms, claims, cash } = await settling(live, 3, markets.slice(0, 1));
    const before = cash();
    hold(markets[0] as SimMarket, FIVE);
    live.simnet.relayerFaults.plan("fails", "fails", "fails", "fails");
    await run(() => isRedeemed(claims, 1));
    const ends = records.map(({ finishedAt, signedAt }) => [signedAt, finishedAt ?? 0] as const);
    const waits = ends.slice(1).map(([signed], index) => signed - (ends[index]?.[1] ?? 0));
    // Claims are looked for every five minutes, so the first waits, of one and four, are as long as that.
    for (const [index, least] of [60_000, 240_000, 960_000, 3_840_000].entries())
      expect(waits[index]).toBeGreaterThanOrEqual(least);
    expect(waits.at(-1)).toBeGreaterThan(3 * (waits.at(-2) ?? 0));
    expect(alarms).toHaveLength(2);
    expect(alarms[0]).toContain("5 USD");
    expect(cash()).toBe(before);
  });

  test("what cannot be redeemed is shown with the reason, apart from cash, and nothing is signed", async () => {
    const { run, hold, records, claims, deps } = await settling(live, 3, markets);
    for (const market of markets) hold(market, FIVE);
    await run(() => claims.length > 1, { ...deps, relayer: null });
    expect(claims.at(-1)).toMatchObject(markets.map(() => ({ payoutUsd: 5_000_000n, obstacle: "NO_RELAYER_KEY" })));
    expect(records).toEqual([]);
    await run(() => isRedeemed(claims, 2));
  });

  test("the venue's list is asked too, and may be away", async () => {
    const { run, hold, claims, deps, cash } = await settling(live, 2, []);
    const before = cash();
    hold(markets[1] as SimMarket, FIVE);
    await run(() => claims.length > 0, { ...deps, redeemable: () => Promise.reject(new Error("away")) });
    expect(claims.at(-1)).toEqual([]);
    const redeemable = async () => [{ marketId: (markets[1] as SimMarket).conditionId, negRisk: true }];
    const looks = claims.length;
    await run(() => isRedeemed(claims, looks + 1), { ...deps, redeemable });
    expect(cash()).toBe(before);
  });
});

/** Dies at the n-th thing it does to the outside, before or after it has happened; a dead process does nothing more. */
function mortal(deps: SettlementDeps, diesAt: number, happened: boolean) {
  let done = 0;
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const method = Reflect.get(of, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          done += 1;
          if (done > diesAt) return new Promise(() => {});
          if (done === diesAt && happened) await method(...args);
          if (done === diesAt) throw new InvariantError("KILLED", "killed");
          return method(...args);
        };
      },
    });
  const { relayer } = deps;
  const parts = { chain: dying(deps.chain), store: dying(deps.store), signer: dying(deps.signer) };
  return {
    deps: { ...deps, ...parts, relayer: relayer === null ? null : dying(relayer) },
    done: () => done,
  };
}

describe.each([0, 3] as const)("killed between any two steps, with signature type %i", (type) => {
  test.each([true, false])("it goes on and redeems once; the step had happened: %s", async (happened) => {
    const { run, hold, cash, records, claims, deps } = await settling(live, type, markets.slice(0, 1));
    const before = cash();
    let wasKilled = true;
    for (let diesAt = 1; wasKilled; diesAt++) {
      hold(markets[0] as SimMarket, FIVE);
      const seen = live.simnet.transactionFaults.seen() + live.simnet.relayerFaults.seen();
      const first = records.length;
      const life = mortal(deps, diesAt, happened);
      const looks = claims.length;
      const error = await run(() => isRedeemed(claims, looks + 1), life.deps);
      wasKilled = error instanceof InvariantError;
      if (wasKilled)
        await run(() => isRedeemed(claims, claims.length) || (cash() === before && claims.at(-1)?.length === 0));
      const sent = live.simnet.transactionFaults.seen() + live.simnet.relayerFaults.seen() - seen;
      expect([cash(), sent, records.slice(first).map(({ outcome }) => outcome)]).toEqual([before, 1, ["REDEEMED"]]);
    }
  });
});
