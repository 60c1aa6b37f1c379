import { describe, expect, it } from "vitest";
import { $, aBook, aConfig, aMarketId, aTokenId, aView, aWallet, NOON, px } from "../../../test/support/trading.ts";
import type { ClientOrderId, PositionId, SignalId } from "../ids/ids.ts";
import { checkOrder } from "../risk/check-order.ts";
import type { AccountView, EntryIntent } from "../risk/order-intent.ts";
import { addMs, HOUR_MS } from "../time/time.ts";
import type { CopyAccount } from "./copy-checks.ts";
import { type CopyRule, type CopyRules, NO_COPY_RULES, resolveCopyRule } from "./copy-rules.ts";

const config = aConfig();
const leader = { wallet: aWallet(1), tier: "WHALE" };
const account: AccountView = {
  ...{ capitalUsd: $("10000"), tradingState: "ACTIVE", entriesStoppedUntil: null, entryPause: null },
  ...{ cooldownUntil: null, dayLossUsd: $("0"), freeCashUsd: $("10000"), deployedUsd: $("0"), openPositions: 0 },
  ...{ marketHeld: false, eventStakes: [] },
  copied: { dayUsd: $("0"), walletDayUsd: $("0"), walletOpenUsd: $("0") },
};

type Case = {
  readonly rules?: Partial<CopyRules>;
  readonly base?: Partial<CopyRule>;
  readonly copied?: Partial<CopyAccount>;
  readonly category?: string | null;
  readonly leftMs?: number | null;
};

/** The ask is 0.51 with 10,000 shares and 0.52 with 100; the signal's cap 0.52. Kelly's quarter stakes 198.97. */
function decide({ rules = {}, base = {}, copied = {}, category = "Crypto", leftMs = HOUR_MS }: Case) {
  const copy: CopyRules = { ...NO_COPY_RULES, base, ...rules };
  const intent: EntryIntent = {
    ...{ kind: "entry", clientOrderId: "O-1" as ClientOrderId, positionId: "P-1" as PositionId },
    ...{ signalId: "S-1" as SignalId, marketId: aMarketId(1), tokenId: aTokenId(1, 0), outcomeIndex: 0 },
    ...{ capPrice: px("0.52"), confidence: 0.9, endsAt: leftMs === null ? null : addMs(NOON, leftMs) },
    ...{ expiresAt: addMs(NOON, 60_000), negRisk: false },
    evidence: { confidence: 0.9, triggerPrice: px("0.5"), edgeLowerBound: null },
    copy: { rules: copy, rule: resolveCopyRule({ ...config, copy }, leader), leader, wallet: leader.wallet, category },
  };
  const asks = [
    ["0.51", "10000"],
    ["0.52", "100"],
  ] as const;
  const view = aView(NOON, { book: aBook([["0.49", "10000"]], asks) });
  const seen = { ...account, copied: { ...account.copied, ...copied } };
  const decision = checkOrder(config, intent, seen, view, NOON);
  if (!decision.approved) {
    const { code, value, limit } = decision.refusal;
    return `${code}: ${value} against ${limit}`;
  }
  const { order } = decision;
  return order.side === "BUY" ? `${order.stakeUsd} up to ${order.limitPrice}` : "a sale";
}

const KELLY = "198970000 up to 520000";
const me = aWallet(1);
const another = aWallet(2);

describe("an entry under a strategy file", () => {
  it.each<[string, Case, string, Case, string]>([
    [
      "allow",
      { rules: { allow: [me] } },
      KELLY,
      { rules: { allow: [another] } },
      `WALLET_NOT_ALLOWED: ${me} against 1 on the allow list`,
    ],
    [
      "block",
      { rules: { block: [another] } },
      KELLY,
      { rules: { block: [me] } },
      `WALLET_BLOCKED: ${me} against not on the block list`,
    ],
    [
      "dayUsd",
      { rules: { dayUsd: $("300") }, copied: { dayUsd: $("101.03") } },
      KELLY,
      { rules: { dayUsd: $("300") }, copied: { dayUsd: $("101.04") } },
      "DAY_BUDGET_SPENT: 300.01 against 300",
    ],
    [
      "walletDayUsd",
      { base: { walletDayUsd: $("300") }, copied: { walletDayUsd: $("101.03") } },
      KELLY,
      { base: { walletDayUsd: $("300") }, copied: { walletDayUsd: $("101.04") } },
      "WALLET_BUDGET_SPENT: 300.01 against 300",
    ],
    [
      "walletOpenUsd",
      { base: { walletOpenUsd: $("300") }, copied: { walletOpenUsd: $("101.03") } },
      KELLY,
      { base: { walletOpenUsd: $("300") }, copied: { walletOpenUsd: $("101.04") } },
      "WALLET_EXPOSURE_AT_MAX: 300.01 against 300",
    ],
    [
      "minPrice",
      { base: { minPrice: px("0.51") } },
      KELLY,
      { base: { minPrice: px("0.511") } },
      "PRICE_OUT_OF_BAND: 0.51 against 0.511 to 1",
    ],
    [
      "maxPrice, which cuts the limit",
      { base: { maxPrice: px("0.51") } },
      "198970000 up to 510000",
      { base: { maxPrice: px("0.509") } },
      "PRICE_OUT_OF_BAND: 0.51 against 0 to 0.509",
    ],
    [
      "minLiquidityUsd",
      { base: { minLiquidityUsd: $("5152") } },
      KELLY,
      { base: { minLiquidityUsd: $("5152.01") } },
      "LIQUIDITY_BELOW_MIN: 5152 against 5152.01",
    ],
    [
      "minLiquidityUsd within the cap",
      { base: { minLiquidityUsd: $("5100"), maxPrice: px("0.51") } },
      "198970000 up to 510000",
      { base: { minLiquidityUsd: $("5101"), maxPrice: px("0.51") } },
      "LIQUIDITY_BELOW_MIN: 5100 against 5101",
    ],
    [
      "minTimeLeftMs",
      { base: { minTimeLeftMs: HOUR_MS } },
      KELLY,
      { base: { minTimeLeftMs: HOUR_MS + 1 } },
      "TIME_LEFT_BELOW_MIN: 3600000 ms against 3600001 ms",
    ],
    [
      "minTimeLeftMs without a known end",
      { leftMs: null },
      KELLY,
      { base: { minTimeLeftMs: 1 }, leftMs: null },
      "TIME_LEFT_BELOW_MIN: end not known against 1 ms",
    ],
    [
      "onlyCategories",
      { base: { onlyCategories: ["crypto"] } },
      KELLY,
      { base: { onlyCategories: ["sports", "weather"] } },
      "CATEGORY_NOT_ALLOWED: crypto against sports, weather",
    ],
    [
      "onlyCategories without a category",
      { category: null },
      KELLY,
      { base: { onlyCategories: ["crypto"] }, category: null },
      "CATEGORY_NOT_ALLOWED: not known against crypto",
    ],
    [
      "notCategories",
      { base: { notCategories: ["sports"] } },
      KELLY,
      { base: { notCategories: ["crypto"] } },
      "CATEGORY_NOT_ALLOWED: crypto against not crypto",
    ],
    [
      "a fixed stake, which heeds the minimum size",
      { base: { stake: { kind: "fixed", usd: $("25") } } },
      "25000000 up to 520000",
      { base: { stake: { kind: "fixed", usd: $("2") } } },
      "BELOW_MIN_SIZE: 3.8461 shares, 2 USD against 5 shares, 1 USD",
    ],
    [
      "Kelly's fraction",
      { base: { stake: { kind: "kelly", fraction: 0.1 } } },
      "79590000 up to 520000",
      { base: { stake: { kind: "kelly", fraction: 0.001 } } },
      "BELOW_MIN_SIZE: 1.5192 shares, 0.79 USD against 5 shares, 1 USD",
    ],
    [
      "marketMaxUsd, which cuts the stake",
      { base: { marketMaxUsd: $("40") } },
      "40000000 up to 520000",
      { base: { marketMaxUsd: $("2") } },
      "BELOW_MIN_SIZE: 3.8461 shares, 2 USD against 5 shares, 1 USD",
    ],
  ])("%s", (_name, good, approved, bad, refused) => {
    expect(decide(good)).toBe(approved);
    expect(decide(bad)).toBe(refused);
  });

  it("takes a wallet's own rule before its tier's, and this before the base", () => {
    const fixed = (text: string) => ({ stake: { kind: "fixed", usd: $(text) } }) as const;
    const base = { ...fixed("10"), minPrice: px("0.6") };
    expect(decide({ base })).toContain("PRICE_OUT_OF_BAND");
    const tiers = { WHALE: { ...fixed("20"), minPrice: null }, DEGEN: fixed("99") };
    expect(decide({ base, rules: { tiers } })).toBe("20000000 up to 520000");
    const wallets = { [me]: fixed("30"), [another]: fixed("99") };
    expect(decide({ base, rules: { tiers, wallets } })).toBe("30000000 up to 520000");
  });

  it("never stakes more than the risk limits let, however much the file asks for", () => {
    expect(decide({ base: { stake: { kind: "fixed", usd: $("5000") } } })).toBe("1000000000 up to 520000");
  });
});
