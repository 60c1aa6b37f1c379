import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeLogs } from "./attribute-logs.ts";
import { decodeFill, isFillTopic } from "./decode-fill.ts";
import type { Fill, RawLog } from "./fill.ts";
import { attributeLifecycle } from "./lifecycle.ts";
import { decodeLifecycle } from "./lifecycle-event.ts";
import { act } from "./testdata/model-actions.ts";
import { adapterSplit, CTF_ADAPTERS } from "./testdata/model-adapters.ts";
import { logOf, ModelChain, user } from "./testdata/model-chain.ts";
import { match } from "./testdata/model-exchanges.ts";
import { EVENTS, newWorld, OPEN, type Seed, seeds } from "./testdata/model-world.ts";
import { classOfTopic } from "./topic-classes.ts";

const negRiskMarketAt = (_: unknown, id: string) => {
  const event = EVENTS.find((each) => each.id === id);
  return event === undefined ? null : { questionCount: event.markets.length, feeBips: event.feeBips };
};

type Transaction = { readonly logs: readonly RawLog[]; readonly fills: readonly Fill[] };

/** Every group of actions as one transaction of a block. @returns each with its fills, at their effective fees. */
function transactionsOf(groups: readonly (readonly Seed[])[]): readonly Transaction[] {
  const chain = newWorld();
  return groups.map((group, txIndex) => {
    const from = chain.logs.length;
    const fees = group.map((seed) => act(chain, seed).fee).filter((fee) => fee > 0n);
    const logs = chain.logs.slice(from).map((log) => ({ ...log, txIndex }));
    const fills = logs.filter(({ topics }) => isFillTopic(topics[0])).map(decodeFill);
    return { logs, fills: fills.map((fill) => (fill.fee === 0n ? fill : { ...fill, fee: fees.shift() ?? 0n })) };
  });
}

const lifecycleLogs = (transactions: readonly Transaction[]): readonly RawLog[] =>
  transactions.flatMap(({ logs }) => logs).filter(({ topics }) => classOfTopic(topics[0]) === "lifecycle");

describe("attribution of whole blocks", () => {
  test("gives what each transaction by itself gives, with everything in it decoded", () => {
    fc.assert(
      fc.property(fc.array(fc.array(seeds, { minLength: 1, maxLength: 4 }), { maxLength: 10 }), (groups) => {
        const transactions = transactionsOf(groups);
        const fills = transactions.flatMap((each) => each.fills);
        const { effects, quarantined } = attributeLogs(lifecycleLogs(transactions), fills, { negRiskMarketAt });
        const expected = transactions.flatMap((each) => {
          const events = each.logs.map(decodeLifecycle).filter((event) => event !== null);
          return attributeLifecycle({ events, fills: each.fills }, { negRiskMarket: (id) => negRiskMarketAt(null, id) })
            .effects;
        });
        expect(effects).toEqual(expected);
        expect(quarantined).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("decodes nothing of transactions that are only matches, at any venue", () => {
    const trades = seeds.map((seed) => ({ ...seed, what: 16 + (seed.what % 4) }));
    fc.assert(
      fc.property(fc.array(fc.array(trades, { minLength: 1, maxLength: 3 }), { minLength: 1 }), (groups) => {
        const transactions = transactionsOf(groups).filter(({ fills }) => fills.length > 0);
        const fills = transactions.flatMap((each) => each.fills);
        const attributed = attributeLogs(lifecycleLogs(transactions), fills, { negRiskMarketAt });
        expect(attributed).toEqual({ effects: [], quarantined: [], transactions: 0, isIncomplete: false });
      }),
      { numRuns: 100 },
    );
  });

  test("sees what a wallet does inside of a match's transaction", () => {
    const chain = newWorld();
    match(chain, {
      ...{ venue: "V2", market: OPEN, taker: user(0), side: "BUY", outcome: 0 },
      makers: [{ wallet: user(1), matching: "MINT", size: 1_000n }],
    });
    adapterSplit(chain, CTF_ADAPTERS[0] as (typeof CTF_ADAPTERS)[number], user(2), OPEN, 500n);
    const fills = chain.logs.filter(({ topics }) => isFillTopic(topics[0])).map(decodeFill);
    const { effects, transactions } = attributeLogs(lifecycleLogs([{ logs: chain.logs, fills }]), fills, {
      negRiskMarketAt,
    });
    expect(transactions).toBe(1);
    expect(effects).toMatchObject([{ kind: "split", wallet: user(2), cash: -500n }]);
  });

  test("keeps logs that do not decode, and those that lead to nobody, with their reason", () => {
    const chain = new ModelChain();
    const single =
      "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)";
    const ctf = "0x4d97dcd97ec945f40cf65f87097ace5ea0476045" as RawLog["address"];
    const nobody = `0x${"00".repeat(20)}`;
    const minted = logOf(ctf, single, [user(0), nobody, user(0), BigInt(OPEN.tokens[0]), 5n], 3);
    const broken = { ...minted, data: "0x", logIndex: 9, txIndex: 1 };
    chain.logs.push(minted, broken);
    const { effects, quarantined, isIncomplete } = attributeLogs(chain.logs, [], { negRiskMarketAt });
    expect([effects, isIncomplete]).toEqual([[], true]);
    expect(quarantined.map(({ log, reason }) => [log.logIndex, reason])).toEqual([
      [3, "UNATTRIBUTED: SUPPLY_WITHOUT_EVENT"],
      [9, expect.stringMatching(/^MALFORMED: /)],
    ]);
  });
});
