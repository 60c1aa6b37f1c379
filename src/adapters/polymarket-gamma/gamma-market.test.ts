import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PayloadError } from "../../core/errors.ts";
import { parseGammaMarket } from "./gamma-market.ts";

const shared = new URL("../../../../shared/", import.meta.url);
const isThere = existsSync(shared);
const recorded: Record<string, unknown>[] = isThere
  ? JSON.parse(gunzipSync(readFileSync(new URL("data/gamma-raw-2026-01/markets.json.gz", shared))).toString())
  : [];
const distinct = [...new Map(recorded.map((row) => [row.conditionId, row])).values()];
const sample = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`samples/${file}`, shared), "utf8"));

describe.skipIf(!isThere)("recorded markets (need the recorded data)", () => {
  // A row whose token ids do not follow from its condition is refused, so that being read is agreeing.
  test("all 596 are read, and the token ids of each follow from its condition", () => {
    expect(distinct).toHaveLength(596);
    const infos = distinct.map(parseGammaMarket);
    expect(infos.map(({ tokenIds }) => tokenIds)).toEqual(distinct.map((row) => JSON.parse(String(row.clobTokenIds))));
    expect(infos.filter(({ negRisk }) => negRisk).length).toBe(distinct.filter((row) => row.negRisk === true).length);
    expect(infos.filter(({ title, outcomes }) => title === "" || outcomes.includes(""))).toEqual([]);
  });

  test("a live row of 2026 has its fees, tick and dates; the ids of the newer protocol that it carries are not traded", () => {
    expect(parseGammaMarket(sample("gamma_market_v1.json"))).toEqual({
      marketId: "0xa467b14d51f01b957109d9cbb1d6c124fab2a089d52ed8f471d23c2812e743b7",
      title: "Xi Jinping out before 2027?",
      slug: "xi-jinping-out-before-2027",
      category: "politics",
      eventId: null,
      negRisk: false,
      outcomes: ["Yes", "No"],
      tokenIds: [
        "32338220190071351435772801779725302244575775216413325951443816017994629993401",
        "25659310674993675562345759665114759892400026242514633218387667107987341231962",
      ],
      startsAt: Date.UTC(2025, 6, 3, 20, 37, 0, 228),
      endsAt: Date.UTC(2026, 11, 31),
      tickSize: 1_000n,
      minOrderSize: 5_000_000n,
      fee: { rate: 0.04, exponent: 1 },
      acceptingOrders: true,
    });
  });

  test("a row of the newer protocol trades its position ids, which are a list and no text", () => {
    const { tokenIds } = parseGammaMarket(sample("gamma_market_v2_synthetic.json"));
    expect(tokenIds).toEqual(sample("gamma_market_v2_synthetic.json").positionIds);
  });
});

describe("a row", () => {
  const row = {
    conditionId: `0x${"12".repeat(32)}`,
    question: "Up or down?",
    outcomes: '["Up", "Down"]',
    version: "v2",
    positionIds: ["7", "8"],
  };

  test("needs little: no dates, no book, no fees", () => {
    expect(parseGammaMarket(row)).toMatchObject({
      startsAt: null,
      endsAt: null,
      fee: { rate: 0 },
      acceptingOrders: false,
    });
  });

  test("may send its lists as lists", () => {
    expect(parseGammaMarket({ ...row, outcomes: ["Up", "Down"] }).outcomes).toEqual(["Up", "Down"]);
  });

  test("may send dates as PostgreSQL writes them", () => {
    expect(parseGammaMarket({ ...row, endDate: "2026-01-23 12:30:00+00" }).endsAt).toBe(Date.UTC(2026, 0, 23, 12, 30));
  });

  test("pays no fee while fees are switched off", () => {
    const feeSchedule = { rate: 0.07, exponent: 1 };
    expect(parseGammaMarket({ ...row, feesEnabled: false, feeSchedule }).fee.rate).toBe(0);
    expect(parseGammaMarket({ ...row, feesEnabled: true, feeSchedule }).fee.rate).toBe(0.07);
  });

  test.each([
    ["three outcomes", { outcomes: '["a","b","c"]' }],
    ["an unknown version", { version: "v3" }],
    ["no token ids", { positionIds: null }],
    ["a version that has no ids here", { version: "v1" }],
    ["ids that do not follow from the condition", { version: "v1", clobTokenIds: '["1","2"]' }],
    ["outcomes that are no list", { outcomes: "Up" }],
    ["a condition id that is none", { conditionId: "0x12" }],
    ["a tick of zero", { orderPriceMinTickSize: 0 }],
    ["a negative fee", { feesEnabled: true, feeSchedule: { rate: -1, exponent: 1 } }],
  ])("with %s cannot be used", (_what, changes) => {
    expect(() => parseGammaMarket({ ...row, ...changes })).toThrow(PayloadError);
  });

  test("whatever it holds, fails as PayloadError or not at all", () => {
    const values = fc.oneof(fc.anything(), fc.string(), fc.double(), fc.constant(null), fc.json());
    const names = [
      ...Object.keys(row),
      "clobTokenIds",
      "endDate",
      "orderPriceMinTickSize",
      "orderMinSize",
      "feeSchedule",
      "events",
      "tags",
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.dictionary(fc.constantFrom(...names), values).map((change) => ({ ...row, ...change })),
        ),
        (value) => {
          try {
            parseGammaMarket(value);
          } catch (error) {
            if (!(error instanceof PayloadError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
