// Goal: holdings and P&L in the database are the simulated world's own books, to the micro, after everything that
// wallets do there: trading on V1 (with refunded fees) and V2, splits, merges and redemptions themselves and through both
// generations of collateral adapter, conversions, sending tokens to another wallet of theirs and to strangers.
// Method: its node is read by the listener, the ledger is computed, and each is compared wallet by wallet. The world
// books collateral only; so P&L is compared per owner and event, over which cost that moves in kind cancels out.
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TOPIC } from "../../src/adapters/simnet/chain/contracts.ts";
import { claimOf } from "../../src/adapters/simnet/exchange/accounts.ts";
import { type Simnet, startSimnet } from "../../src/adapters/simnet/simnet.ts";
import type { SimMarket } from "../../src/adapters/simnet/world/market.ts";
import type { SimWallet } from "../../src/adapters/simnet/world/wallets.ts";
import { INFRASTRUCTURE_TABLE } from "../../src/core/chain/infrastructure.ts";
import { ownerWallets } from "../../src/core/chain/owner-wallets.ts";
import { parseAddress } from "../../src/core/ids/ids.ts";
import { addMs, epochMs } from "../../src/core/time/time.ts";
import { describeOnOneEngine } from "../support/engines.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createReputationBench, type ReputationBench } from "../support/reputation-bench.ts";
import { readSimnetChain } from "../support/simnet-listener.ts";
import { SMALL_POPULATION } from "../support/simulated-chain.ts";

const NOW = epochMs(Date.UTC(2026, 10, 20, 12));
const HOUR_MS = 3_600_000;
/** Before and after the first calculation, each. */
const HOURS = 15;

type UnitRow = {
  readonly wallet: string;
  readonly market: string;
  readonly shares: readonly [bigint, bigint];
  readonly cash: bigint;
  readonly realised: bigint;
  readonly isIncomplete: boolean;
  readonly isResolved: boolean;
};
type Gift = { readonly from: string; readonly to: string; readonly market: string };

describeOnOneEngine("the simulated world's books", (getDb) => {
  let simnet: Simnet;
  let bench: ReputationBench;
  let units: readonly UnitRow[];
  let gifts: readonly Gift[];

  const rows = async <Row>(query: string): Promise<readonly Row[]> =>
    (await sql.raw<Row>(query).execute(getDb().kysely)).rows;

  beforeAll(async () => {
    const clock = createManualClock(addMs(NOW, -HOURS * HOUR_MS));
    const cutoverMs = clock.nowMs() + 2 * HOUR_MS;
    const world = { history: HOURS, cutoverMs, wallets: SMALL_POPULATION };
    simnet = await startSimnet({ seed: 21, port: 0, clock, isManual: true, ...world });
    bench = await createReputationBench(getDb(), { now: NOW, fillsPerStep: 700 });
    // Half of it first, so that units are carried on from the database.
    for (const until of [clock.nowMs(), NOW]) {
      simnet.advanceTo(until);
      await readSimnetChain(getDb(), simnet, clock);
      await bench.service.calculate();
    }
    units = await rows<UnitRow>(`
      SELECT '0x' || encode(w.address, 'hex') AS wallet, '0x' || encode(m.condition_id, 'hex') AS market,
        ARRAY[u.shares_0, u.shares_1] AS shares, u.cash_in - u.cash_out AS cash, u.realised,
        u.is_incomplete AS "isIncomplete", u.resolved_at IS NOT NULL AS "isResolved"
      FROM flow.unit u JOIN flow.wallet w USING (wallet_key) JOIN flow.market m USING (market_key)`);
    gifts = await rows<Gift>(`
      SELECT '0x' || encode(w.address, 'hex') AS from, '0x' || encode(o.address, 'hex') AS to,
        '0x' || encode(m.condition_id, 'hex') AS market
      FROM flow.lifecycle l JOIN flow.wallet w USING (wallet_key) JOIN flow.wallet o ON o.wallet_key = l.other_key
      JOIN flow.token t USING (token_key) JOIN flow.market m USING (market_key)
      WHERE l.kind = 6 AND l.amount_micros < 0 AND flow.owner_of(l.wallet_key) <> flow.owner_of(l.other_key)`);
  }, 60_000);
  afterAll(() => simnet.stop());

  const nameOf = ({ address, family }: SimWallet, { negRisk, event, conditionId }: SimMarket): string =>
    `${family?.owner ?? address} ${negRisk ? event.negRiskMarketId : conditionId}`;

  test("everything that can happen did, and nothing of it is in quarantine", async () => {
    expect(await rows("SELECT DISTINCT kind FROM orderflow_lifecycle ORDER BY 1")).toEqual(
      ["CONVERT", "MERGE", "REDEEM", "SPLIT", "TRANSFER"].map((kind) => ({ kind })),
    );
    expect(await rows("SELECT reason FROM flow.quarantine")).toEqual([]);
    expect(await rows("SELECT DISTINCT exchange_version AS v FROM orderflow_trades ORDER BY 1")).toEqual([
      { v: 1 },
      { v: 2 },
    ]);
    const refunds = simnet.chain
      .nonEmpty(simnet.chain.firstBlock, simnet.chain.head())
      .flatMap(simnet.chain.logsOf)
      .filter(({ topics }) => topics[0] === TOPIC.feeRefunded).length;
    expect(refunds).toBeGreaterThan(100);
    expect(gifts.length).toBeGreaterThan(0);
  });

  test("every wallet holds what the world says, token by token", () => {
    const held = new Map(units.map((unit) => [`${unit.wallet} ${unit.market}`, unit.shares]));
    const { wallets, markets, accounts } = simnet.world;
    let compared = 0;
    for (const wallet of wallets) {
      for (const market of markets) {
        const wanted = ([0, 1] as const).map((outcome) => BigInt(accounts.holding(wallet.index, market, outcome)));
        expect(held.get(`${wallet.address} ${market.conditionId}`) ?? [0n, 0n]).toEqual(wanted);
        if (wanted.some((amount) => amount > 0n)) compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  test("every owner made what the world says, event by event", () => {
    const { wallets, markets, accounts } = simnet.world;
    const strange = new Set(gifts.flatMap(({ from, to, market }) => [`${from} ${market}`, `${to} ${market}`]));
    type Sum = { cash: bigint; realised: bigint; isOpen: boolean; isStrange: boolean };
    const sumUp = (all: Map<string, Sum>, name: string, part: Sum): void => {
      const sum = all.get(name) ?? { cash: 0n, realised: 0n, isOpen: false, isStrange: false };
      all.set(name, {
        cash: sum.cash + part.cash,
        realised: sum.realised + part.realised,
        isOpen: sum.isOpen || part.isOpen,
        isStrange: sum.isStrange || part.isStrange,
      });
    };
    const unitOf = new Map(units.map((unit) => [`${unit.wallet} ${unit.market}`, unit]));
    const [wanted, found] = [new Map<string, Sum>(), new Map<string, Sum>()];
    for (const wallet of wallets) {
      for (const market of markets) {
        const key = `${wallet.address} ${market.conditionId}`;
        const unit = unitOf.get(key);
        const cash = BigInt(accounts.flow(wallet.index, market));
        const held = ([0, 1] as const).map((outcome) => accounts.holding(wallet.index, market, outcome));
        const worth = BigInt(claimOf(market, held as [number, number]));
        const isOpen = simnet.world.stateOf(market) !== undefined;
        const isStrange = strange.has(key);
        expect(unit?.isIncomplete ?? false).toBe(gifts.some(({ to, market: id }) => `${to} ${id}` === key));
        sumUp(wanted, nameOf(wallet, market), { cash, realised: cash + worth, isOpen, isStrange });
        sumUp(found, nameOf(wallet, market), {
          ...{ cash: unit?.cash ?? 0n, realised: unit?.realised ?? 0n, isOpen, isStrange },
        });
      }
    }
    let closed = 0;
    for (const [name, { cash, realised, isOpen, isStrange }] of wanted) {
      if (isStrange) continue;
      expect([name, found.get(name)?.cash]).toEqual([name, cash]);
      if (isOpen) continue;
      expect([name, found.get(name)?.realised]).toEqual([name, realised]);
      if (realised !== 0n) closed += 1;
    }
    expect(closed).toBeGreaterThan(500);
  });

  test("wallets of one owner are known as his, and infrastructure is nobody's", async () => {
    const owners = await rows<{ address: string; owner: string; kind: string }>(
      "SELECT '0x' || encode(address, 'hex') AS address, '0x' || encode(owner, 'hex') AS owner, kind FROM flow.wallet_owner",
    );
    const families = simnet.world.wallets.flatMap(({ family }) => family?.owner ?? []).map(parseAddress);
    expect(families.length).toBeGreaterThan(2);
    expect(owners.map(({ address, owner, kind }) => `${owner} ${kind} ${address}`).sort()).toEqual(
      [...new Set(families)]
        .flatMap((owner) => Object.entries(ownerWallets(owner)).map(([kind, address]) => `${owner} ${kind} ${address}`))
        .sort(),
    );
    const labels = await rows<{ address: string }>(
      "SELECT '0x' || encode(address, 'hex') AS address FROM flow.wallet_label",
    );
    const labelled = new Set(labels.map(({ address }) => address));
    expect(INFRASTRUCTURE_TABLE.filter(({ address }) => !labelled.has(address))).toEqual([]);
    expect(units.filter(({ wallet }) => labelled.has(wallet))).toEqual([]);
  });
});
