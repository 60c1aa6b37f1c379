import { existsSync, readFileSync } from "node:fs";
import { keccak256, toHex } from "viem";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../ids/ids.ts";
import { EXCHANGES } from "./contracts.ts";
import { INFRASTRUCTURE_TABLE, infrastructureOf, NO_TOKEN_BURN_ADDRESS, UPGRADEABLE } from "./infrastructure.ts";

const SHEET = "../shared/reference/onchain.md";

describe("infrastructure", () => {
  test("each address stands once, with a kind and a label", () => {
    const addresses = INFRASTRUCTURE_TABLE.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const { address } of EXCHANGES) expect(infrastructureOf(address)?.kind).toBe("exchange");
    expect(infrastructureOf(parseAddress(`0x${"1".repeat(40)}`))).toBeNull();
  });

  test("the burn address is the head of the hash of its name", () => {
    expect(keccak256(toHex("NO_TOKEN_BURN_ADDRESS")).slice(0, 42)).toBe(NO_TOKEN_BURN_ADDRESS);
  });

  test("the proxies of Protocol V2 are watched for upgrades", () => {
    expect(UPGRADEABLE.map(({ label }) => label)).toEqual([
      "exchange V3",
      "PositionManager",
      "BinaryModule",
      "NegRiskModule",
      "CombinatorialModule",
      "Router",
      "pUSD",
    ]);
  });

  test.skipIf(!existsSync(SHEET))(
    "every contract address of the on-chain sheet's first section is known (needs the sheet)",
    () => {
      const text = readFileSync(SHEET, "utf8");
      const section = text.slice(text.indexOf("\n## 1. "), text.indexOf("\n### 1.5"));
      const printed = new Set(
        [...section.matchAll(/0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/g)].map(([address]) => parseAddress(address)),
      );
      // Code behind proxies: no tokens ever stand at these.
      const code = [
        "0x7345C6842b244926125ed4054905cAc49620B5dc",
        "0x641b40ec414a076b9e79E703Fc7BF4EBEC248Bb7",
        "0x6bBCef9f7ef3B6C592c99e0f206a0DE94Ad0925f",
        "0xCe84E053301A82937F90ee2C2c1889cAb1db25dE",
        "0x44e999d5c2F66Ef0861317f9A4805AC2e90aEB4f",
        "0xE51abdf814f8854941b9Fe8e3A4F65CAB4e7A4a8",
        "0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761",
        "0x7A18EDfe055488A3128f01F563e5B479D92ffc3a",
        "0x58CA52ebe0DadfdF531Cde7062e76746de4Db1eB",
      ].map(parseAddress);
      const unknown = [...printed].filter((address) => infrastructureOf(address) === null && !code.includes(address));
      expect(unknown).toEqual([]);
      expect(printed.size).toBeGreaterThan(60);
    },
  );
});
