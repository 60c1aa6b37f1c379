import { describe, expect, test } from "vitest";
import { parseAddress } from "../ids/ids.ts";
import { NEG_RISK_VAULT } from "./infrastructure.ts";
import { A, attribute, B, CTF, holding } from "./testdata/attribute.ts";
import { adapterSplit, CTF_ADAPTERS } from "./testdata/model-adapters.ts";
import { ctfMarket, ModelChain } from "./testdata/model-chain.ts";

const MARKET = ctfMarket("a market", false);
const [YES, NO] = MARKET.tokens;
const V2 = parseAddress("0xe111180000d2663c0091e4f400237545b87b996b");

describe("transfers", () => {
  test("between users: one effect for each token, the market left to whoever knows the token", () => {
    const chain = holding([MARKET]);
    chain.batch(CTF, { operator: A, from: A, to: B }, MARKET.tokens, [3n, 4n]);
    const unknown = { marketId: null, outcome: null };
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "transfer", from: A, to: B, change: { tokenId: YES, amount: 3n, ...unknown }, ordinal: 0 },
      { kind: "transfer", from: A, to: B, change: { tokenId: NO, amount: 4n, ...unknown }, ordinal: 1 },
    ]);
  });

  test("to an exchange without a trade, and from the vault, have infrastructure on one side", () => {
    const chain = holding([MARKET]);
    chain.balances.set(`${CTF} ${NEG_RISK_VAULT} ${YES}`, 3n);
    chain.single(CTF, { operator: A, from: A, to: V2 }, YES, 3n);
    chain.single(CTF, { operator: B, from: NEG_RISK_VAULT, to: B }, YES, 3n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "transfer", from: A, to: V2 },
      { kind: "transfer", from: NEG_RISK_VAULT, to: B },
    ]);
  });

  test("a split whose tokens are sent on in the same transaction is a split and transfers", () => {
    const chain = new ModelChain();
    adapterSplit(chain, CTF_ADAPTERS[1] as typeof A, A, MARKET, 8n);
    chain.single(CTF, { operator: A, from: A, to: B }, YES, 8n);
    expect(attribute(chain.logs).effects).toMatchObject([
      { kind: "split", wallet: A },
      { kind: "transfer", from: A, to: B, change: { tokenId: YES } },
    ]);
  });
});
