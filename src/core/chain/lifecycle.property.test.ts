import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findImbalances } from "./conservation.ts";
import { decodeFill, isFillTopic } from "./decode-fill.ts";
import type { Movement } from "./decode-transfer.ts";
import type { Fill, RawLog } from "./fill.ts";
import { infrastructureOf } from "./infrastructure.ts";
import { attributeLifecycle } from "./lifecycle.ts";
import type { HoldingChange, LifecycleEffect } from "./lifecycle-effect.ts";
import { decodeLifecycle, type LifecycleEvent } from "./lifecycle-event.ts";
import { act, type Expected } from "./testdata/model-actions.ts";
import { EVENTS, newWorld, seeds } from "./testdata/model-world.ts";
import { custodyRole } from "./token-flows.ts";

const transactions = fc.array(fc.array(seeds, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });

const context = {
  negRiskMarket: (id: string) => {
    const event = EVENTS.find((each) => each.id === id);
    return event === undefined ? null : { questionCount: event.markets.length, feeBips: event.feeBips };
  },
};

type Read = {
  readonly events: readonly LifecycleEvent[];
  readonly fills: readonly Fill[];
  readonly movements: readonly Movement[];
};

/** @param fees in shares, of the takers of V1 in order: what they paid after the refund. */
function read(logs: readonly RawLog[], fees: readonly bigint[]): Read {
  const left = fees.filter((fee) => fee > 0n);
  const fills = logs
    .filter(({ topics }) => isFillTopic(topics[0]))
    .map(decodeFill)
    .map((fill) => (fill.fee === 0n ? fill : { ...fill, fee: left.shift() ?? 0n }));
  const events = logs.map(decodeLifecycle).filter((event) => event !== null);
  return { events, fills, movements: events.flatMap((event) => (event.name === "transfer" ? event.movements : [])) };
}

const change = ({ tokenId, amount }: HoldingChange) => [tokenId, amount] as const;

function summary(effect: LifecycleEffect): Expected {
  if (effect.kind === "transfer") {
    return { kind: "transfer", from: effect.from, to: effect.to, change: change(effect.change) };
  }
  const { kind, wallet, given, received, cash } = effect;
  return { kind, wallet, given: given.map(change), received: received.map(change), cash };
}

describe("attribution of random transactions", () => {
  test("every effect is the one its caller intended, whatever the path and whatever stands around it", () => {
    fc.assert(
      fc.property(transactions, (groups) => {
        const chain = newWorld();
        for (const group of groups) {
          chain.logs = [];
          const done = group.map((seed) => act(chain, seed));
          const { events, fills, movements } = read(
            chain.logs,
            done.map(({ fee }) => fee),
          );
          const { effects, unattributed } = attributeLifecycle({ events, fills }, context);
          expect(unattributed).toEqual([]);
          expect(effects.map(summary)).toEqual(done.flatMap(({ expected }) => expected));
          expect(findImbalances(movements, fills, effects)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("keys of effects are unique and ascending", () => {
    fc.assert(
      fc.property(transactions, (groups) => {
        const chain = newWorld();
        for (const seed of groups.flat()) act(chain, seed);
        const { events, fills } = read(chain.logs, []);
        const keys = attributeLifecycle({ events, fills }, context).effects.map(
          ({ logIndex, ordinal }) => logIndex * 1_000 + ordinal,
        );
        expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  test("the model itself leaves nothing with exchanges and adapters", () => {
    fc.assert(
      fc.property(transactions, (groups) => {
        const chain = newWorld();
        for (const seed of groups.flat()) act(chain, seed);
        const left = [...chain.balances].filter(([key, balance]) => {
          const [ledger, holder] = key.split(" ") as [Movement["ledger"], Movement["from"]];
          const role = custodyRole(holder, ledger);
          return balance > 0n && (role === "passThrough" || infrastructureOf(holder)?.kind === "exchange");
        });
        expect(left).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
