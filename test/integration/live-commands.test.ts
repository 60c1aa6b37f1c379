import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAccount } from "../../src/apps/live/account.ts";
import { credentialsPath } from "../../src/apps/live/credentials-file.ts";
import { openManualVenue } from "../../src/apps/live/manual-venue.ts";
import { createTransientOrders } from "../../src/apps/live/transient-orders.ts";
import { findOpenMarkets, openBooks, openGamma, readTokens } from "../../src/apps/live/venue-parts.ts";
import { manualOrder } from "../../src/core/execution/manual-order.ts";
import { price, usd } from "../../src/core/money/amounts.ts";
import { type LiveCli, startLiveCli } from "../support/live-cli.ts";
import { tradedMarket } from "../support/live-simnet.ts";
import { signResting } from "../support/signed-orders.ts";

/** The commands of the ladder as a person runs them, against a venue that verifies what it gets. */
const SLOW_MS = 120_000;
/** One dollar buys the least size of a cheap share only, and some minutes of the world have no cheap one. */
const STAKE = ["--usd", "5"];
/** Nothing but venue and signer is there. */
const ALONE = {
  ...{ DATABASE_URL: "postgresql://nobody@127.0.0.1:9/none", POLYGON_RPC_URL: "http://127.0.0.1:9" },
  ...{ GAMMA_URL: "http://127.0.0.1:9", DATA_API_URL: "http://127.0.0.1:9", RELAYER_URL: "http://127.0.0.1:9" },
};
let live: LiveCli;
beforeAll(async () => {
  live = await startLiveCli();
});
afterAll(() => live.stop());

const cash = (): number => live.simnet.world.accounts.cash(live.index);
const held = (): number => {
  const { markets, accounts } = live.simnet.world;
  const of = (outcome: 0 | 1) => markets.reduce((sum, each) => sum + accounts.holding(live.index, each, outcome), 0);
  return of(0) + of(1);
};

describe("orderflow livetest", () => {
  test(
    "says what it would do, asks, and does nothing without a yes",
    async () => {
      const before = cash();
      expect(await live.orderflow(["livetest", ...STAKE])).toEqual({
        code: 1,
        out: expect.stringMatching(/market .*\nplan .*\ncost .*\nNothing was done\.\n$/),
        err: expect.stringContaining('Type "yes"'),
      });
      expect([cash(), held()]).toEqual([before, 0]);
    },
    SLOW_MS,
  );

  test(
    "buys for a few dollars, sells all of it, tells each step and what it cost",
    async () => {
      const before = cash();
      const { code, out } = await live.orderflow(["livetest", ...STAKE], {}, "yes\n");
      expect(out).toMatch(/1\. buying for 5 USD .*signed and stored.*sent: accepted.*CONFIRMED.*bought/s);
      expect(out).toMatch(/2\. selling .*signed and stored.*sent: accepted.*CONFIRMED.*sold/s);
      expect(code).toBe(0);
      expect(held()).toBe(0);
      const [, cost = ""] = /cost {5}(-?[\d.]+) USD by the venue's own balance/.exec(out) ?? [];
      expect(Math.round(Number(cost) * 1e6)).toBe(before - cash());
    },
    SLOW_MS,
  );

  test(
    "stopped half-way it says what is left; started again it offers to sell that, and goes on where it was killed",
    async () => {
      const accepted = "sent: accepted";
      const stopped = await live.orderflow(["livetest", ...STAKE, "--yes"], {}, "", { at: accepted, by: "SIGINT" });
      expect(stopped.out).toMatch(
        /left {5}unknown: an order to buy .+ for 5 USD may .*`orderflow livetest`.*\nStopped\.\n$/,
      );
      expect(stopped.code).toBe(1);

      const killed = await live.orderflow(["livetest", ...STAKE], {}, "yes\n", { at: accepted, by: "SIGKILL" });
      const went =
        /order to BUY .*\n +([\d.]+) shares were exchanged\nleft {5}\1 shares of .+\?: \w+ by an .*2\. selling \1/s;
      expect(killed.out).toMatch(went);

      const last = await live.orderflow(["livetest", ...STAKE], {}, "no\n");
      const back = /order to SELL on its way .*\n +([\d.]+) shares were exchanged\n.*Nothing was done\.\n$/s;
      expect([last.code, last.out]).toEqual([1, expect.stringMatching(back)]);
      const [there, again] = [went.exec(killed.out), back.exec(last.out)].map((found) => Number(found?.[1]));
      expect(held()).toBe(Math.round(((there ?? 0) - (again ?? 0)) * 1e6));
    },
    SLOW_MS,
  );

  test(
    "wrong sums, a country that is not served and a signer that is away stop it before anything",
    async () => {
      const before = cash();
      const asked = [
        [["--usd", "0.99"], {}, 2, "Dollars from 1 to 25"],
        [["--usd", "1.001"], {}, 2, "Dollars from 1 to 25"],
        [[], { SIGNER_SOCKET: "", DATA_DIR: "other" }, 2, "SIGNER_SOCKET is not set"],
        [[], { GEOBLOCK_URL: "http://127.0.0.1:9" }, 1, "cannot be reached"],
      ] as const;
      const answers = await Promise.all(
        asked.map(([args, env]) => live.orderflow(["livetest", ...args, "--yes"], env)),
      );
      expect(answers.map(({ code, err }) => [code, err])).toEqual(
        asked.map(([, , code, text]) => [code, expect.stringContaining(text)]),
      );
      expect(cash()).toBe(before);
    },
    SLOW_MS,
  );
});

test(
  "orderflow close-all --direct sells what is held, asks first, and needs venue and signer alone",
  async () => {
    const program = live.program();
    const account = await openAccount(program, program.signal);
    const books = openBooks(program.environment);
    const markets = await findOpenMarkets(openGamma(program.environment), program.signal);
    const [token] = (await readTokens(books, markets, 10, program.signal)).filter(
      ({ book }) => (book.asks[0]?.price ?? 0n) > 300_000n && (book.asks[0]?.price ?? 0n) < 700_000n,
    );
    const terms = token === undefined ? null : await books.fetchTerms(token.market.marketId, program.signal);
    if (token === undefined || terms === null) throw new Error("no market");
    const limitPrice = price((token.book.asks[0]?.price ?? 0n) + 10n * token.book.tickSize);
    const venue = openManualVenue({ program, account, store: createTransientOrders(), tell: () => {} });
    const bought = await venue.place(
      manualOrder(
        { ...token, marketId: token.market.marketId, tokenIds: token.market.tokenIds, terms },
        { side: "BUY", stakeUsd: usd(20_000_000n), limitPrice, at: live.clock.nowMs() },
      ),
      program.signal,
    );
    expect(bought.status).toBe("filled");
    const before = held();
    const kept = await live.orderflow(["close-all", "--direct"], ALONE, "no\n");
    expect([kept.code, held()]).toEqual([1, before]);
    expect(kept.out).toContain("Nothing was sold.");
    const sold = await live.orderflow(["close-all", "--direct", "--slippage", "50"], ALONE, "yes\n");
    expect(sold.out).toMatch(/Sold for \d+(\.\d+)? USD before fees\./);
    expect([sold.code, held()]).toEqual([0, 0]);
    const [again, wrong, down] = await Promise.all([
      live.orderflow(["close-all", "--direct", "--yes"], ALONE),
      live.orderflow(["close-all", "--direct", "--slippage", "half"]),
      live.orderflow(["close-all"], ALONE),
    ]);
    expect([again.code, again.out]).toEqual([0, "Nothing is held.\n"]);
    expect([down.code, down.err]).toEqual([
      2,
      expect.stringContaining("`orderflow close-all --direct` needs no database"),
    ]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("A whole number from 0 to 99")]);
  },
  SLOW_MS,
);

test(
  "orderflow cancel-all takes back what rests when even the signer is gone, and says so when it cannot",
  async () => {
    const program = live.program();
    const { client } = await openAccount(program, program.signal);
    const market = tradedMarket(live.simnet, live.clock.nowMs(), false);
    for (const cents of [1n, 2n, 3n]) {
      const makerAmount = cents * 1_000_000n;
      const order = await signResting(live, live.wallet, market, { order: { makerAmount } });
      expect(await client.postOrder(order, program.signal)).toMatchObject({ kind: "accepted", status: "live" });
    }
    await live.stopSigner();
    const [cannot, nobody] = await Promise.all([
      live.orderflow(["cancel-all", "--for", "1"], { ...ALONE, CLOB_URL: "http://127.0.0.1:9" }),
      live.orderflow(["cancel-all"], { ...ALONE, DATA_DIR: "empty", SIGNER_SOCKET: "" }),
    ]);
    expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining("SIGNER_SOCKET is not set")]);
    expect([cannot.code, cannot.err]).toEqual([1, expect.stringContaining("cannot be reached")]);
    expect(await client.openOrders(program.signal)).toHaveLength(3);
    const done = await live.orderflow(["cancel-all", "--json"], ALONE);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toEqual({ cancelled: 3, left: [] });
    expect(await client.openOrders(program.signal)).toEqual([]);
  },
  SLOW_MS,
);

/** Everything below a folder. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("neither the key nor the credentials are in anything that was printed or stored, but for the one file", () => {
  const path = credentialsPath(live.environment.DATA_DIR);
  const { credentials } = JSON.parse(readFileSync(path, "utf8")) as {
    credentials: Record<"secret" | "passphrase", string>;
  };
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const key = "11".repeat(16);
  const stored = filesIn(live.folder).filter((file) => file !== path);
  expect(stored.length).toBeGreaterThan(100);
  for (const secret of [key, credentials.secret, credentials.passphrase]) {
    expect(live.said()).not.toContain(secret);
    for (const file of stored) expect([file, readFileSync(file).includes(secret)]).toEqual([file, false]);
  }
  expect(readFileSync(path, "utf8")).not.toContain(key);
});
