import { toFunctionSelector } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, test } from "vitest";
import { type Address, parseAddress, parseMarketId } from "../ids/ids.ts";
import { shares } from "../money/amounts.ts";
import { ownerWallets } from "./owner-wallets.ts";
import { isRedeemCall, redeemCall, redeemPositionCall, type WalletCall } from "./redeem-call.ts";
import { type RelayRequest, relayDigest, relaySignature } from "./redemption.ts";

// Key, call and signatures are those that the venue's own client publishes as expected
// (Polymarket/builder-relayer-client, tests/signatures).
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const owner = parseAddress(account.address);
const call: WalletCall = {
  to: parseAddress("0x2791bca1f2de4661ed88a30c99a7a9449aa84174"),
  data: `0x095ea7b30000000000000000000000004d97dcd97ec945f40cf65f87097ace5ea0476045${"f".repeat(64)}`,
};
const base = { owner, call, nonce: 0n };
const sign = async (request: RelayRequest) =>
  relaySignature(request, await account.sign({ hash: relayDigest(request) }));

describe("requests to the relayer are signed as its own client signs them", () => {
  test("for a Safe", async () => {
    const request = { kind: "SAFE", wallet: ownerWallets(owner).safe, ...base } as const;
    expect(await sign(request)).toBe(
      "0xf368488355b0566e99eff3bccc35e98b77d8f3a6e6866176188488c34f0305b07e4a4c600c7a1592e4ac1e96b5887ebff2cb26987a3ad501006b39944df098c21f",
    );
  });

  test("for a proxy", async () => {
    const relay = parseAddress("0xae700edfd9ab986395f3999fe11177b9903a52f1");
    const request = { kind: "PROXY", wallet: ownerWallets(owner).proxy, gasLimit: 85_338n, relay, ...base } as const;
    expect(await sign(request)).toBe(
      "0x4c18e2d2294a00d686714aff8e7936ab657cb4655dfccb2b556efadcb7e835f800dc2fecec69c501e29bb36ecb54b4da6b7c410c4dc740a33af2afde2b77297e1b",
    );
  });
});

describe("a redeem call", () => {
  const known = redeemCall(parseMarketId(`0x${"ab".repeat(32)}`), false);
  const other = redeemCall(parseMarketId(`0x${"ab".repeat(32)}`), true);
  const position = redeemPositionCall(parseMarketId(`0x01${"ab".repeat(30)}`), 1, shares(5_000_000n));
  const changed = (from: string, to: string): WalletCall => ({ ...known, data: known.data.replace(from, to) as never });

  test("is one of the two adapters' redeemPositions in pUSD of both outcomes", () => {
    expect(known.data.slice(0, 10)).toBe("0x01b7037c");
    expect([known, other].map(isRedeemCall)).toEqual([true, true]);
    expect(known.to).not.toBe(other.to);
  });

  // The selector and the words as docs.polymarket.com, migrate/polymarket-v2/contract-integrations, has the function.
  test("or the Router's redeem of so much of one outcome", () => {
    const selector = toFunctionSelector("redeem(bytes31,uint256,uint256)");
    expect(position.data).toBe(
      `${selector}01${"ab".repeat(30)}00${"1".padStart(64, "0")}${"4c4b40".padStart(64, "0")}`,
    );
    expect(position.to).toBe("0x12121212006e4cd160d18e3f00711da5c3372600");
    expect(isRedeemCall(position)).toBe(true);
  });

  test.each<[string, WalletCall]>([
    ["an approval", call],
    [
      "of a third outcome",
      { ...position, data: position.data.replace(`${"0".repeat(63)}1`, `${"0".repeat(63)}2`) as never },
    ],
    ["of a longer condition", { ...position, data: position.data.replace("ab00", "abab") as never }],
    ["of the Router's split", { ...position, data: position.data.replace(/^0x.{8}/, "0x01234567") as never }],
    ["of the Router at an adapter", { ...position, to: known.to }],
    ["of an adapter at the Router", { ...known, to: position.to }],
    ["of the Router with more behind it", { ...position, data: `${position.data}00` }],
    ["at another contract", { ...known, to: "0x4d97dcd97ec945f40cf65f87097ace5ea0476045" as Address }],
    ["of another function", changed("0x01b7037c", "0x095ea7b3")],
    ["in another collateral", changed("c011a7e1", "2791bca1")],
    ["of one outcome", changed(`${"0".repeat(63)}2`, `${"0".repeat(63)}1`)],
    ["with more behind it", { ...known, data: `${known.data}00` }],
    ["cut short", { ...known, data: known.data.slice(0, 100) as never }],
    ["of nothing", { ...known, data: "0x" }],
  ])("is none %s", (_what, each) => expect(isRedeemCall(each)).toBe(false));
});
