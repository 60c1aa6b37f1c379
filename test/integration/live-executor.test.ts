import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/adapters/postgres/connect.ts";
import type { OrderFault } from "../../src/adapters/simnet/faults/order-faults.ts";
import {
  deafToCorrections,
  forgetfulVenue,
  hastyVenue,
  LIVE_DEFECTS,
  RESTING_DEFECTS,
} from "../simulation/live/defects.ts";
import type { LivePlan } from "../simulation/live/plan.ts";
import { runLiveSeed } from "../simulation/live/run-seed.ts";
import { openSimPglite, type SimDatabase } from "../simulation/sim-database.ts";

/**
 * Goal: the executor in live mode, against simnet's venue over HTTP and with a signer behind its socket, never has two
 * positions for one signal, never passes a limit, and its books and the venue's agree to the micro. Method: simulated
 * time; faults, lost answers and kills by seed. More of them: `npm run test:live -- --seeds 500`.
 */
const SEEDS = 10;
let sim: SimDatabase;
beforeAll(async () => {
  sim = await openSimPglite();
});
afterAll(() => sim.close());

test("a live executor that is killed and lied to loses, doubles and exceeds nothing", {
  timeout: 240_000,
}, async () => {
  const failed: string[] = [];
  const totals = { kills: 0, faults: 0, posts: 0, trades: 0 };
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems, kills, faults, posts, trades } = await runLiveSeed(seed, sim);
    failed.push(...problems.map((problem) => `seed ${seed}: ${problem}`));
    totals.kills += kills;
    totals.faults += faults;
    totals.posts += posts;
    totals.trades += trades;
  }
  expect(failed).toEqual([]);
  // It shows something only where much happens.
  expect(totals.kills).toBeGreaterThan(SEEDS / 2);
  expect(totals.faults).toBeGreaterThan(SEEDS);
  expect(totals.posts).toBeGreaterThan(SEEDS);
  expect(totals.trades).toBeGreaterThan(SEEDS);
});

/** One whale buys; the first orders that arrive meet these faults. */
const planOf = (orderFaults: LivePlan["orderFaults"]): LivePlan => ({
  ...{ seed: 1, kills: [], awayMs: [0], databaseRates: {}, wireRates: {}, orderFaults, signatureType: 3 },
  ...{ order: "FAK", channel: "silent" },
  events: [
    { at: 500, kind: "block" },
    { at: 1_000, kind: "buy", whale: 3, market: 0 },
  ],
});

type Seen = {
  readonly reason: string | null;
  readonly sends: number;
  readonly state: string;
  readonly alerts: readonly string[];
  readonly twin: boolean;
};
async function lookAt({ kysely }: Database): Promise<Seen> {
  const { rows } = await sql<Seen>`
    SELECT o.reason, l.sends, (SELECT trading_state FROM flow.executor_state) AS state,
      (SELECT coalesce(array_agg(DISTINCT kind ORDER BY kind), '{}') FROM flow.alert_outbox
        WHERE kind IN ('error', 'difference')) AS alerts,
      (SELECT paper_shares > 0 FROM orderflow_drift d WHERE d.client_order_id = o.client_order_id) AS twin
    FROM flow.trade_order o JOIN flow.live_order l USING (client_order_id)`.execute(kysely);
  expect(rows).toHaveLength(1);
  return rows[0] as Seen;
}

test.each(Object.entries(LIVE_DEFECTS))("one that %s is caught", { timeout: 60_000 }, async (_, defect) => {
  const plans = [planOf([]), planOf(["settlement fails"]), planOf(["lost"])];
  const wires = plans.map((plan): LivePlan => ({ ...plan, wireRates: { ask_lost: 0.5 } }));
  for (const plan of [...plans, ...wires]) {
    const { problems } = await runLiveSeed(1, sim, { ...defect, peaceMs: 120_000 }, plan);
    if (problems.length > 0) return;
  }
  expect.unreachable("no plan has noticed");
});

/** Much is bought at one price, so that some of it rests. */
const restingPlan = (order: LivePlan["order"]): LivePlan => ({
  ...planOf([]),
  ...{ order, channel: "good" },
  events: [0, 1, 2, 3, 4].map((market) => ({ at: 1_000 + market * 500, kind: "buy", whale: 1 + (market % 3), market })),
});

test.each(["GTC", "GTD"] as const)(
  "%s: what rests is filled, taken back in time, and booked as the venue has it",
  {
    timeout: 60_000,
  },
  async (order) => {
    const { problems, rested, trades } = await runLiveSeed(1, sim, {}, restingPlan(order));
    expect(problems).toEqual([]);
    expect(rested).toBeGreaterThan(0);
    expect(trades).toBeGreaterThan(rested);
  },
);

test.each(Object.entries(RESTING_DEFECTS))("one that %s is caught", { timeout: 60_000 }, async (_, defect) => {
  const { problems } = await runLiveSeed(1, sim, { ...defect, peaceMs: 60_000 }, restingPlan("GTC"));
  expect(problems).not.toEqual([]);
});

describe("the venue corrects itself", { timeout: 60_000 }, () => {
  const CASES = [
    ["LATE_TRADE", "answer lost", forgetfulVenue],
    ["VOIDED_TRADE", "settlement fails", hastyVenue],
  ] as const;
  test.each(CASES)(
    "%s: told, and the books are the venue's; without that it would be noticed",
    async (kind, fault, lie) => {
      const calm = planOf([fault]);
      const plan = { ...calm, events: [...calm.events, { at: 150_000, kind: "block" } as const] };
      const { problems } = await runLiveSeed(1, sim, { sabotageClient: lie }, plan);
      expect(problems).toEqual([expect.stringContaining(`difference ${kind}`)]);
      const deaf = { sabotageClient: lie, ...(deafToCorrections && { sabotage: deafToCorrections }) };
      expect((await runLiveSeed(1, sim, deaf, plan)).problems.length).toBeGreaterThan(1);
    },
  );
});

test("a position that came to its end is held against what its twins would have earned", async () => {
  const calm = planOf([]);
  const events: LivePlan["events"] = [
    ...calm.events,
    { at: 16_000, kind: "block" },
    { at: 20_000, kind: "sell", whale: 3, market: 0 },
    { at: 40_000, kind: "block" },
  ];
  type Drift = Readonly<Record<"shares" | "price" | "fees", number>>;
  const seen: { orders: readonly Drift[]; paper: number; live: number }[] = [];
  const onEnd = async ({ kysely }: Database): Promise<void> => {
    const orders = await sql<Drift>`
      SELECT paper_shares::float8 AS shares, paper_price::float8 AS price, paper_fees_usd::float8 AS fees
      FROM orderflow_drift ORDER BY submitted_at`.execute(kysely);
    const pnl = await sql<{ paper: number; live: number }>`
      SELECT d.paper_pnl_usd::float8 AS paper, d.live_pnl_usd::float8 AS live
      FROM orderflow_drift_positions d JOIN orderflow_positions p ON p.id = d.position_id
      WHERE d.live_pnl_usd = p.realized_pnl_usd`.execute(kysely);
    seen.push(...pnl.rows.map((row) => ({ ...row, orders: orders.rows })));
  };
  const { problems } = await runLiveSeed(1, sim, { onEnd }, { ...calm, events });
  expect([problems, seen.length]).toEqual([[], 1]);
  const [{ orders: [bought, sold] = [], paper = 0 } = {}] = seen;
  if (bought === undefined || sold === undefined) throw new Error("an entry and an exit");
  // Its own shares: in at its price and fee, out at its price less its fee for each.
  const out = sold.price - sold.fees / sold.shares;
  expect(paper).toBeCloseTo(bought.shares * (out - bought.price) - bought.fees, 4);
});

describe("what goes wrong at the venue", { timeout: 60_000 }, () => {
  const CASES: readonly (readonly [faults: readonly OrderFault[], reason: string | null, sends: number])[] = [
    [[], null, 1],
    [["timeout"], null, 1],
    [["lost"], null, 2],
    [["answer lost"], null, 1],
    [["order timed out"], null, 2],
    [["restarting", "restarting"], null, 3],
    [["restarting", "post-only"], "ORDER_EXPIRED", 2],
    [["cancel-only"], "ORDER_EXPIRED", 1],
    [["rate limited"], null, 2],
    [["stale balance"], null, 2],
    [["success with an error"], "ORDER_EXPIRED", 1],
    [["no match"], "NO_LIQUIDITY", 1],
    [["settlement fails"], "SETTLEMENT_FAILED", 1],
    [["tick change"], "TICK_CHANGED", 1],
    [["forbidden"], "VENUE_REFUSED", 1],
  ];
  test.each(CASES)("%j: at most one position, the books agree, and it is said", async (faults, reason, sends) => {
    const seen: Seen[] = [];
    const onEnd = async (database: Database): Promise<void> => {
      seen.push(await lookAt(database));
    };
    const { problems } = await runLiveSeed(1, sim, { onEnd }, planOf(faults));
    expect(problems).toEqual([]);
    const isBlocked = faults.includes("forbidden");
    // Paper sees the new tick as well.
    expect(seen).toMatchObject([{ reason, sends, twin: reason !== "TICK_CHANGED" }]);
    // Who is kept out stops by himself and calls for a person.
    expect(seen).toMatchObject([{ state: isBlocked ? "HALTED" : "ACTIVE", alerts: isBlocked ? ["error"] : [] }]);
  });
});
