import fc from "fast-check";
import { expect, it } from "vitest";
import { moves, playWorld, type Stepped } from "../../../test/support/random-world.ts";
import { $, aConfig, aWallet, px } from "../../../test/support/trading.ts";
import type { EngineConfig, EngineState } from "../engine/state.ts";
import type { OrderRequest } from "../execution/order.ts";
import { totalExecutions } from "../execution/simulate-fill.ts";
import type { Address } from "../ids/ids.ts";
import { notional, sumUsd, type UsdMicros } from "../money/amounts.ts";
import { DEFAULT_SIGNAL_RULES } from "../signals/signal-rules.ts";
import { startOfDay } from "../time/time.ts";
import { type CopyRule, type CopyRules, resolveCopyRule } from "./copy-rules.ts";

const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary, weight: 2 });
const dollars = (min: number, max: number) => fc.integer({ min, max }).map((n) => $(String(n)));
const wallets = fc.integer({ min: 1, max: 12 }).map(aWallet);
const categories = fc.constantFrom<readonly string[]>(["crypto"], ["sports"], ["crypto", "sports"]);

const rule: fc.Arbitrary<Partial<CopyRule>> = fc.record(
  {
    stake: fc.oneof(
      dollars(1, 400).map((usd) => ({ kind: "fixed" as const, usd })),
      fc.constantFrom(0.05, 0.25, 1).map((fraction) => ({ kind: "kelly" as const, fraction })),
    ),
    minTradeUsd: dollars(1, 600),
    walletDayUsd: maybe(dollars(20, 600)),
    walletOpenUsd: maybe(dollars(20, 600)),
    minPrice: maybe(fc.constantFrom("0.05", "0.2", "0.35").map(px)),
    maxPrice: maybe(fc.constantFrom("0.4", "0.6", "0.85").map(px)),
    minLiquidityUsd: maybe(dollars(1, 500)),
    minTimeLeftMs: maybe(fc.constantFrom(1, 900_000, 1_800_000)),
    onlyCategories: maybe(categories),
    notCategories: maybe(categories),
    marketMaxUsd: maybe(dollars(5, 300)),
    mirrorExits: fc.boolean(),
    takeProfitBps: maybe(fc.constantFrom(100n, 2_000n)),
    stopLossBps: maybe(fc.constantFrom(500n, 1_500n)),
  },
  { requiredKeys: [] },
);
const copyRules: fc.Arbitrary<CopyRules> = fc.record({
  allow: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.array(wallets, { minLength: 3, maxLength: 8 })),
  block: fc.array(wallets, { maxLength: 2 }),
  dayUsd: maybe(dollars(50, 1_500)),
  base: rule,
  tiers: fc.record({ WHALE: rule }, { requiredKeys: [] }),
  wallets: fc
    .uniqueArray(fc.tuple(wallets, rule), { maxLength: 3, selector: ([wallet]) => wallet })
    .map(Object.fromEntries),
});

type Placed = { readonly wallet: Address | null; readonly day: number; usd: UsdMicros };
const seen = { entries: 0, refused: new Set<string>(), closed: new Set<string>() };

it("no order breaks a rule of the strategy file, whatever it says and whatever happens", () => {
  fc.assert(
    fc.property(copyRules, moves, (copy, plan) => {
      const config = aConfig({ copy, signals: { ...DEFAULT_SIGNAL_RULES, fadeDegens: true, panicWallets: 2 } });
      const placed = new Map<string, Placed>();
      for (const stepped of playWorld(config, plan)) {
        note(stepped);
        const { event, commands, after } = stepped;
        const answered = event.kind === "orderResult" ? placed.get(event.clientOrderId) : undefined;
        const inFlight = event.kind === "orderResult" && stepped.before?.orders[event.clientOrderId] !== undefined;
        if (answered !== undefined && inFlight) {
          answered.usd = event.result.status === "filled" ? totalExecutions(event.result.executions).cashUsd : $("0");
        }
        for (const command of commands) {
          if (command.kind !== "placeOrder" || command.order.side !== "BUY") continue;
          const leader = checkEntry(config, stepped, command.order);
          const day = startOfDay(event.at);
          placed.set(command.order.clientOrderId, { wallet: leader, day, usd: command.order.stakeUsd });
          checkBudgets(
            config,
            leader,
            [...placed.values()].filter((each) => each.day === day),
            after,
          );
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(seen.entries).toBeGreaterThan(100);
  expect([...seen.refused]).toEqual(
    expect.arrayContaining([
      ...["WALLET_NOT_ALLOWED", "WALLET_BLOCKED", "CATEGORY_NOT_ALLOWED", "TIME_LEFT_BELOW_MIN", "PRICE_OUT_OF_BAND"],
      ...["LIQUIDITY_BELOW_MIN", "DAY_BUDGET_SPENT", "WALLET_BUDGET_SPENT", "WALLET_EXPOSURE_AT_MAX"],
    ]),
  );
  expect([...seen.closed]).toEqual(expect.arrayContaining(["TAKE_PROFIT", "STOP_LOSS"]));
});

function note({ before, commands, after }: Stepped): void {
  for (const command of commands) {
    if (command.kind === "placeOrder" && command.order.side === "BUY") seen.entries += 1;
    if (command.kind === "notify") seen.refused.add(String(command.notice.facts.code));
  }
  for (const position of Object.values(after.positions)) {
    const { exit } = position;
    if (exit === null || before?.positions[position.id]?.exit != null) continue;
    seen.closed.add(exit.reason);
    const leader = position.leader === null ? null : { wallet: position.leader, tier: position.leaderTier ?? "" };
    const { mirrorExits, takeProfitBps, stopLossBps } = resolveCopyRule(after.config, leader);
    if (exit.reason === "LEADER_EXIT") expect(mirrorExits).toBe(true);
    if (exit.reason === "TAKE_PROFIT") expect(takeProfitBps).not.toBeNull();
    if (exit.reason === "STOP_LOSS") expect(stopLossBps).not.toBeNull();
  }
}

function checkEntry(config: EngineConfig, { event, after }: Stepped, order: OrderRequest & { side: "BUY" }) {
  const signal = after.signals[order.signalId ?? ""];
  if (signal === undefined || event.kind !== "bookObserved") throw new Error("an order without its record");
  const wallet = signal.type === "FOLLOW_WHALE" ? signal.trigger.wallet : null;
  const { copy } = config;
  const layers = [copy.base, ...(wallet === null ? [] : [copy.tiers.WHALE ?? {}, copy.wallets[wallet] ?? {}])];
  const rule: Partial<CopyRule> = Object.assign({}, ...layers);
  if (wallet !== null) {
    expect(copy.allow.length === 0 || copy.allow.includes(wallet)).toBe(true);
    expect(copy.block).not.toContain(wallet);
    expect(signal.trigger.sizeUsd).toBeGreaterThanOrEqual(rule.minTradeUsd ?? $("100"));
  }
  if (rule.stake?.kind === "fixed") expect(order.stakeUsd).toBeLessThanOrEqual(rule.stake.usd);
  if (rule.marketMaxUsd != null) expect(order.stakeUsd).toBeLessThanOrEqual(rule.marketMaxUsd);
  const asks = event.view.book?.asks ?? [];
  if (rule.minPrice != null) expect(asks[0]?.price).toBeGreaterThanOrEqual(rule.minPrice);
  if (rule.maxPrice != null) expect(order.limitPrice).toBeLessThanOrEqual(rule.maxPrice);
  const within = asks.filter((level) => level.price <= order.limitPrice);
  const depth = sumUsd(within.map((level) => notional(level.price, level.size, "floor")));
  if (rule.minLiquidityUsd != null) expect(depth).toBeGreaterThanOrEqual(rule.minLiquidityUsd);
  if (rule.minTimeLeftMs != null) expect((signal.endsAt ?? 0) - event.at).toBeGreaterThanOrEqual(rule.minTimeLeftMs);
  const category = signal.category?.toLowerCase() ?? "";
  if (rule.onlyCategories != null) expect(rule.onlyCategories).toContain(category);
  if (rule.notCategories != null) expect(rule.notCategories).not.toContain(category);
  return wallet;
}

/** Against our own book of the day's stakes, not the engine's. */
function checkBudgets(
  config: EngineConfig,
  leader: Address | null,
  today: readonly Placed[],
  after: EngineState,
): void {
  const { copy } = config;
  if (copy.dayUsd !== null) expect(sumUsd(today.map((each) => each.usd))).toBeLessThanOrEqual(copy.dayUsd);
  if (leader === null) return;
  const { walletDayUsd, walletOpenUsd } = resolveCopyRule(config, { wallet: leader, tier: "WHALE" });
  const own = sumUsd(today.filter((each) => each.wallet === leader).map((each) => each.usd));
  if (walletDayUsd !== null) expect(own).toBeLessThanOrEqual(walletDayUsd);
  const held = Object.values(after.positions).filter((position) => position.leader === leader);
  const orders = Object.values(after.orders).filter(
    ({ order }) => after.signals[order.signalId ?? ""]?.type === "FOLLOW_WHALE",
  );
  const mine = orders.filter(({ order }) => after.signals[order.signalId ?? ""]?.trigger.wallet === leader);
  const open = sumUsd([...held.map((each) => each.openCostUsd), ...mine.map((each) => each.worstCostUsd)]);
  if (walletOpenUsd !== null) expect(open).toBeLessThanOrEqual(walletOpenUsd);
}
