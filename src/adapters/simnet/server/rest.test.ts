import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManualClock } from "../../../../test/support/manual-clock.ts";
import { GENESIS_MS, HOUR_MS, SMALL_POPULATION } from "../../../../test/support/simulated-chain.ts";
import { epochMs } from "../../../core/time/time.ts";
import { parseGammaMarket } from "../../polymarket-gamma/gamma-market.ts";
import { type Simnet, startSimnet } from "../simnet.ts";
import type { SimMarket } from "../world/market.ts";

const START = epochMs(GENESIS_MS + 2 * HOUR_MS + 5 * 60_000);
const SAMPLES = "../shared/samples";
let simnet: Simnet;

beforeAll(async () => {
  const clock = createManualClock(START);
  simnet = await startSimnet({ seed: 15, port: 0, clock, genesisMs: GENESIS_MS, wallets: SMALL_POPULATION });
});
afterAll(() => simnet.stop());

type Level = { readonly price: string; readonly size: string };
type Book = { readonly asset_id: string; readonly bids: readonly Level[]; readonly asks: readonly Level[] };
type Row = { readonly [name: string]: unknown; readonly conditionId: string; readonly outcomePrices: string };
type Page = { readonly markets: readonly Row[]; readonly next_cursor?: string };
type Event = { readonly negRisk: boolean; readonly markets: readonly Row[] };

async function get<T>(url: string): Promise<{ status: number; body: T }> {
  const response = await fetch(url);
  expect(response.headers.get("x-simulated")).toBe("true");
  return { status: response.status, body: (await response.json()) as T };
}
const gamma = async <T>(path: string): Promise<T> => (await get<T>(simnet.gammaUrl + path)).body;
const clob = <T>(path: string) => get<T>(simnet.clobUrl + path);
const isOpen = (market: SimMarket): boolean => simnet.world.stateOf(market) !== undefined;
const openMarket = (): SimMarket =>
  require(simnet.world.markets.find((market) => market.opensAt < START && market.endsAt > START));
const closedMarket = (): SimMarket => require(simnet.world.markets.find((market) => !isOpen(market)));
const sample = (file: string) => JSON.parse(readFileSync(`${SAMPLES}/${file}`, "utf8"));

function require<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the history holds no such market");
  return value;
}

describe("Gamma", () => {
  it("finds markets by condition and by token, open ones unless closed ones are asked for", async () => {
    const [open, closed] = [openMarket(), closedMarket()];
    const conditions = `condition_ids=${open.conditionId}&condition_ids=${closed.conditionId}`;
    const tokens = `clob_token_ids=${open.tokenIds()[1]}&clob_token_ids=${closed.tokenIds()[0]}`;
    for (const path of ["/markets", "/markets/keyset"]) {
      for (const filter of [conditions, tokens]) {
        const rows = async (query: string) => {
          const body = await gamma<readonly Row[] | Page>(`${path}?${query}`);
          return ("markets" in body ? body.markets : body).map((row) => row.conditionId);
        };
        expect(await rows(filter)).toEqual([open.conditionId]);
        expect(await rows(`${filter}&closed=true`)).toEqual([closed.conditionId]);
      }
    }
  });

  it("sends what the catalog reads: names, tokens as text, times, terms", async () => {
    const market = openMarket();
    const [row] = await gamma<[Row]>(`/markets?condition_ids=${market.conditionId}`);
    expect(parseGammaMarket(row)).toMatchObject({
      marketId: market.conditionId,
      title: market.title,
      slug: market.slug,
      category: market.event.category,
      eventId: market.event.id,
      negRisk: market.negRisk,
      outcomes: market.outcomes,
      tokenIds: market.tokenIds(),
      endsAt: market.endsAt,
      tickSize: BigInt(market.terms.tickPips * 100),
      minOrderSize: 5_000_000n,
      fee: { rate: market.terms.takerRateBps / 10_000, exponent: 1 },
      acceptingOrders: true,
    });
  });

  it("shows the payout as the prices of a closed market", async () => {
    const market = closedMarket();
    const [row] = await gamma<[Row]>(`/markets?condition_ids=${market.conditionId}&closed=true`);
    const sum = market.payout[0] + market.payout[1];
    expect(JSON.parse(row.outcomePrices)).toEqual(market.payout.map((numerator) => String(numerator / sum)));
    expect(row).toMatchObject({ closed: true, acceptingOrders: false, umaResolutionStatus: "resolved" });
  });

  it("pages by cursor through every market once", async () => {
    const seen: string[] = [];
    let cursor = "";
    do {
      const page: Page = await gamma(`/markets/keyset?closed=true&limit=7${cursor}`);
      seen.push(...page.markets.map((row) => row.conditionId));
      cursor = page.next_cursor === undefined ? "" : `&after_cursor=${page.next_cursor}`;
    } while (cursor !== "");
    const closed = simnet.world.markets.filter((market) => !isOpen(market)).map((market) => market.conditionId);
    expect(seen.toSorted()).toEqual(closed.toSorted());
    expect((await get(`${simnet.gammaUrl}/markets/keyset?offset=5`)).status).toBe(422);
  });

  it("groups neg-risk markets under one event", async () => {
    const events = await gamma<readonly Event[]>("/events?limit=100");
    const negRisk = events.filter((event) => event.negRisk);
    expect(negRisk.length).toBeGreaterThan(0);
    for (const event of negRisk) expect(event.markets.length).toBeGreaterThan(2);
  });

  it.skipIf(!existsSync(SAMPLES))(
    "uses the field names of a recorded market, with values of the same kind",
    async () => {
      const [row] = await gamma<[Row]>(`/markets?condition_ids=${openMarket().conditionId}`);
      const recorded = sample("gamma_market_v1.json");
      // Real too, but not in what was recorded of this market.
      const unrecorded = ["category", "eventStartTime", "events"];
      const known = Object.keys(row).filter((name) => !unrecorded.includes(name));
      for (const name of known) expect([name, typeof row[name]]).toEqual([name, typeof recorded[name]]);
    },
  );
});

describe("the CLOB", () => {
  it("sends books worst price first, uncrossed, each token the mirror of the other", async () => {
    const [first, second] = openMarket().tokenIds();
    const [yes, no] = [
      (await clob<Book>(`/book?token_id=${first}`)).body,
      (await clob<Book>(`/book?token_id=${second}`)).body,
    ];
    const prices = (levels: readonly { price: string }[]) => levels.map(({ price }) => Number(price));
    const [bids, asks] = [prices(yes.bids), prices(yes.asks)];
    expect(bids).toEqual(bids.toSorted((a, b) => a - b));
    expect(asks).toEqual(asks.toSorted((a, b) => b - a));
    expect(bids.at(-1)).toBeLessThan(asks.at(-1) ?? 0);
    const mirrored = yes.bids.map(({ price, size }) => ({
      price: String(Math.round(1e4 * (1 - Number(price))) / 1e4),
      size,
    }));
    expect(no.asks).toEqual(mirrored);
    expect(yes).toMatchObject({ timestamp: String(START), asset_id: first, min_order_size: "5", neg_risk: false });
    if (existsSync(SAMPLES)) expect(Object.keys(yes).sort()).toEqual(Object.keys(sample("clob_book.json")).sort());
  });

  it("has no book for closed and unknown tokens, and leaves them out of a list", async () => {
    const [open, closed] = [openMarket().tokenIds()[0], closedMarket().tokenIds()[0]];
    const missing = await clob(`/book?token_id=${closed}`);
    expect(missing).toEqual({ status: 404, body: { error: "No orderbook exists for the requested token id" } });
    const body = JSON.stringify([closed, "123", open].map((token_id) => ({ token_id })));
    const response = await fetch(`${simnet.clobUrl}/books`, { method: "POST", body });
    const books = (await response.json()) as readonly Book[];
    expect(books.map((book) => book.asset_id)).toEqual([open]);
  });

  it("publishes the terms of a market", async () => {
    const market = openMarket();
    const [tokenId] = market.tokenIds();
    expect((await clob(`/clob-markets/${market.conditionId}`)).body).toMatchObject({
      c: market.conditionId,
      t: market.tokenIds().map((t, i) => ({ t, o: market.outcomes[i] })),
      mos: 5,
      mts: market.terms.tickPips / 10_000,
      ao: true,
      fd: { r: market.terms.takerRateBps / 10_000, e: 1, to: true },
    });
    expect((await clob(`/tick-size?token_id=${tokenId}`)).body).toEqual({
      minimum_tick_size: market.terms.tickPips / 10_000,
    });
    expect((await clob(`/neg-risk?token_id=${tokenId}`)).body).toEqual({ neg_risk: market.negRisk });
    expect((await clob("/time")).body).toBe(START / 1_000);
    expect((await clob("/ok")).body).toBe("OK");
  });
});

describe("simnet", () => {
  it("tells the planted truth and where it stands to those who ask", async () => {
    const { body: wallets } = await get<readonly unknown[]>(`${simnet.baseUrl}/simnet/wallets`);
    expect(wallets).toHaveLength(56);
    expect(wallets[20]).toEqual({
      address: expect.stringMatching(/^0x[0-9a-f]{40}$/),
      kind: "noise",
      skill: expect.any(Number),
      accuracy: 0.5,
    });
    const { body: status } = await get(`${simnet.baseUrl}/simnet/status`);
    expect(status).toMatchObject({ simulated: true, headBlock: simnet.chain.head(), nowMs: START });
    expect((await get(`${simnet.baseUrl}/elsewhere`)).status).toBe(404);
  });
});
